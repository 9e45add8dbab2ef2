import AsyncHTTPClient
import Foundation
import NIOCore
import Testing
import WhatsAppCloudAPI

@testable import MessagingWeb

/// The built `zenrent`, running as a process of its own.
struct Program: Sendable {
    private let process: Process
    private let output: AsyncStream<String>
    private let ending: Task<Int32, Never>

    /// Starts it with nothing in its environment but what is given.
    init(_ arguments: [String], in folder: URL, _ variables: [String: String] = [:]) throws {
        let process = Process(), pipe = Pipe()
        // The tests' own program lies beside it.
        process.executableURL = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent().appending(
            path: "zenrent")
        process.arguments = arguments
        process.environment = variables
        process.currentDirectoryURL = folder
        process.standardOutput = pipe
        process.standardError = pipe
        let (output, heard) = AsyncStream<String>.makeStream()
        pipe.fileHandleForReading.readabilityHandler = { handle in
            let data = handle.availableData
            guard !data.isEmpty else {
                handle.readabilityHandler = nil
                return heard.finish()
            }
            heard.yield(String(decoding: data, as: UTF8.self))
        }
        let (ends, ended) = AsyncStream<Int32>.makeStream()
        process.terminationHandler = { ended.yield($0.terminationStatus) }
        try process.run()
        self.process = process
        self.output = output
        ending = Task { await ends.first { _ in true } ?? -1 }
    }

    /// What it said until `isEnough`, or until its end.
    func said(until isEnough: (String) -> Bool) async -> String {
        var text = ""
        for await part in output {
            text += part
            if isEnough(text) { break }
        }
        return text
    }

    /// Its exit code and all it said.
    func ended() async -> (status: Int32, output: String) {
        let text = await said { _ in false }
        return (await ending.value, text)
    }

    /// Ends it as an operator does.
    func stopped() async -> (status: Int32, output: String) {
        process.terminate()
        return await ended()
    }

    /// Ends it as a power cut does.
    func killed() async {
        kill(process.processIdentifier, SIGKILL)
        _ = await ended()
    }
}

/// A demo that is ready.
struct Demo: Sendable {
    let program: Program
    let address: String
    private let folder: URL

    static func start(in folder: URL) async throws -> Demo {
        let program = try Program(["demo", "--port", "0", "--simulator-port", "0", "--data", "d"], in: folder)
        let said = await program.said { $0.contains("simulator http") }
        let address = try #require(said.firstMatch(of: /ready (http:\/\/[0-9.:]+)/)?.output.1, "\(said)")
        return Demo(program: program, address: String(address), folder: folder)
    }

    func token() async throws -> String {
        let issued = try Program(["token", "issue", "--landlord", "olga", "--config", "d/demo.env"], in: folder)
        return await issued.ended().output.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    func ask(_ method: String, _ path: String, _ token: String, _ json: String = "") async throws -> JSONValue {
        let answer = try await send(method, path, ["Authorization": "Bearer \(token)"], Array(json.utf8))
        return try JSONDecoder().decode(JSONValue.self, from: Data(try await answer.body.collect(upTo: 1 << 20).readableBytesView))
    }

    func deliver(_ body: [UInt8], secret: String) async throws -> Int {
        let headers = ["X-Hub-Signature-256": WebStage.signature(of: body, secret: secret)]
        return Int(try await send("POST", "/webhook/whatsapp", headers, body).status.code)
    }

    private func send(_ method: String, _ path: String, _ headers: [String: String], _ body: [UInt8]) async throws -> HTTPClientResponse {
        var request = HTTPClientRequest(url: address + path)
        request.method = .init(rawValue: method)
        for (name, value) in headers { request.headers.add(name: name, value: value) }
        if !body.isEmpty { request.body = .bytes(body) }
        return try await HTTPClient.shared.execute(request, timeout: .seconds(20))
    }
}
