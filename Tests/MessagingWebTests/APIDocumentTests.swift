import Foundation
import Testing

/// The document must not promise what the server does not do.
@Suite struct APIDocumentTests {
    @Test("Every line of docs/api.md works, one after another")
    func linesWork() async throws {
        let lines = try Self.shellLines()
        try await withStage(.sqlite, StageOptions(meta: true)) { stage in
            let variables = [
                "ZENRENT": "http://127.0.0.1:\(stage.port)", "META": "http://127.0.0.1:\(try #require(stage.simulatorPort))",
                "TOKEN": try await stage.token(of: "olga"), "PATH": ProcessInfo.processInfo.environment["PATH"] ?? "",
            ]

            let (status, output) = try await Self.bash("set -eux\n" + lines, variables)

            #expect(lines.contains("sendMessage"))
            #expect(status == 0, "\(output)")
        }
    }

    private static func shellLines() throws -> String {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let text = try String(contentsOf: root.appending(path: "docs/api.md"), encoding: .utf8)
        return text.matches(of: /(?s)```sh\n(.*?)```/).map { String($0.output.1) }.joined()
    }

    private static func bash(_ script: String, _ variables: [String: String]) async throws -> (status: Int32, output: String) {
        let process = Process(), pipe = Pipe()
        process.executableURL = URL(filePath: "/bin/bash")
        process.arguments = ["-c", script]
        process.environment = variables
        process.standardOutput = pipe
        process.standardError = pipe
        return try await withCheckedThrowingContinuation { continuation in
            process.terminationHandler = { ended in
                let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
                continuation.resume(returning: (ended.terminationStatus, output))
            }
            do { try process.run() } catch { continuation.resume(throwing: error) }
        }
    }
}
