import AsyncHTTPClient
import Foundation
import NIOCore
import TestSupport
import Testing
import WhatsAppCloudAPI

@testable import MessagingWeb

/// The built `zenrent`, running as a process of its own. A shell notes its PID, its words and its end in files: pipes may be inherited by
/// whatever else the tests start at the same moment, and then never end.
struct Program: Sendable {
    private let notes: URL

    /// Starts it with nothing in its environment but what is given.
    init(_ arguments: [String], in folder: URL, _ variables: [String: String] = [:]) throws {
        notes = FileManager.default.temporaryDirectory.appending(path: "zenrent-program-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: notes, withIntermediateDirectories: true)
        // The tests' own program lies beside it.
        let program = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent().appending(path: "zenrent")
        let shell = Process()
        shell.executableURL = URL(filePath: "/bin/sh")
        let script = #"notes=$1; shift; "$@" >"$notes/said" 2>&1 & echo $! >"$notes/pid"; wait $!; echo $? >"$notes/ended""#
        shell.arguments = ["-c", script, "sh", notes.path, program.path] + arguments
        shell.environment = variables
        shell.currentDirectoryURL = folder
        try Self.hearingSignals { try shell.run() }
    }

    // Dispatch's threads block signals, and a child inherits that: it would neither hear SIGTERM nor see its own children end.
    private static func hearingSignals(_ start: () throws -> Void) rethrows {
        var none = sigset_t(), before = sigset_t()
        sigemptyset(&none)
        pthread_sigmask(SIG_SETMASK, &none, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        try start()
    }

    /// What it said until `isEnough`, or until its end.
    func said(until isEnough: (String) -> Bool) async throws -> String {
        try await eventually("the program speaks", within: .seconds(60)) {
            let text = read("said") ?? ""
            return isEnough(text) || read("ended") != nil ? text : nil
        }
    }

    /// Its exit code and all it said.
    func ended() async throws -> (status: Int32, output: String) {
        let status = try await eventually("the program ends", within: .seconds(60)) { read("ended").flatMap { Int32($0) } }
        return (status, read("said") ?? "")
    }

    /// Ends it as an operator does.
    func stopped() async throws -> (status: Int32, output: String) {
        kill(try await pid(), SIGTERM)
        return try await ended()
    }

    /// Ends it as a power cut does.
    func killed() async throws {
        kill(try await pid(), SIGKILL)
        _ = try await ended()
    }

    private func pid() async throws -> pid_t {
        try await eventually("the program starts") { read("pid").flatMap { pid_t($0) } }
    }

    private func read(_ name: String) -> String? {
        (try? String(contentsOf: notes.appending(path: name), encoding: .utf8))?.trimmingCharacters(in: .whitespacesAndNewlines)
    }
}

/// A demo that is ready.
struct Demo: Sendable {
    let program: Program
    let address: String
    private let folder: URL

    static func start(in folder: URL) async throws -> Demo {
        let program = try Program(["demo", "--port", "0", "--simulator-port", "0", "--data", "d"], in: folder)
        let said = try await program.said { $0.contains("simulator http") }
        let address = try #require(said.firstMatch(of: /ready (http:\/\/[0-9.:]+)/)?.output.1, "\(said)")
        return Demo(program: program, address: String(address), folder: folder)
    }

    func token() async throws -> String {
        let issued = try Program(["token", "issue", "--landlord", "olga", "--config", "d/demo.env"], in: folder)
        return try await issued.ended().output.trimmingCharacters(in: .whitespacesAndNewlines)
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
