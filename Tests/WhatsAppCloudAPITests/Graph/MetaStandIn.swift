import AsyncHTTPClient
import Foundation
import Logging
import NIOCore
import NIOPosix
import Synchronization
import WhatsAppCloudAPI

/// A real TCP server on loopback that reads each request to its end, keeps it, and then behaves as it was told.
final class MetaStandIn: Sendable {
    enum Behaviour: Sendable {
        case answer(_ status: Int, _ body: String, headers: [String] = [])
        /// Answers with the whole request as text, as careless error pages do.
        case echo(_ status: Int, wrap: @Sendable (String) -> String)
        case closeAfterRequest
        case closeAtFirstByte
        case closeAfterHalfTheAnswer
        case silence
        /// Begins an answer and then sends one byte after another, for as long as somebody listens.
        case drip
    }

    struct Request: Sendable {
        let method: String
        let target: String
        let headers: [String: String]
        let body: String
        let text: String

        var path: String { String(target.prefix { $0 != "?" }) }

        var query: [String: String] {
            let items = URLComponents(string: "http://meta\(target)")?.queryItems ?? []
            return Dictionary(items.map { ($0.name, $0.value ?? "") }, uniquingKeysWith: { $1 })
        }

        var form: [String: String] {
            let items = URLComponents(string: "http://meta/?\(body)")?.queryItems ?? []
            return Dictionary(items.map { ($0.name, $0.value ?? "") }, uniquingKeysWith: { $1 })
        }
    }

    private let script: Mutex<[Behaviour]>
    private let received = Mutex<[Request]>([])

    var requests: [Request] { received.withLock { $0 } }

    private init(_ script: [Behaviour]) {
        self.script = Mutex(script)
    }

    /// Runs a test against a server with this script; the last behaviour is repeated.
    static func playing(_ script: Behaviour..., during test: (MetaStandIn, Int) async throws -> Void) async throws {
        let standIn = MetaStandIn(script)
        let server = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .bind(host: "127.0.0.1", port: 0) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        let port = server.channel.localAddress?.port ?? 0
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await standIn.accept(server) }
            try await test(standIn, port)
            group.cancelAll()
            while await group.nextResult() != nil {}
        }
    }

    /// Waits until this many requests have been read to their end.
    func hasReceived(_ count: Int) async throws {
        while requests.count < count {
            try Task.checkCancellation()
            await Task.yield()
        }
    }

    private func accept(_ server: NIOAsyncChannel<NIOAsyncChannel<ByteBuffer, ByteBuffer>, Never>) async throws {
        try await withThrowingDiscardingTaskGroup { group in
            try await server.executeThenClose { connections in
                for try await connection in connections {
                    // A client that goes away is a test's business, not this server's.
                    group.addTask { try? await self.serve(connection) }
                }
            }
        }
    }

    private func serve(_ connection: NIOAsyncChannel<ByteBuffer, ByteBuffer>) async throws {
        try await connection.executeThenClose { inbound, outbound in
            var bytes: [UInt8] = []
            for try await chunk in inbound {
                if case .closeAtFirstByte = next() { return }
                bytes += chunk.readableBytesView
                guard let request = Request(bytes) else { continue }
                bytes = []
                received.withLock { $0.append(request) }
                guard try await act(on: request, outbound) else { return }
            }
        }
    }

    /// - Returns: whether the connection stays.
    private func act(on request: Request, _ outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>) async throws -> Bool {
        switch advance() {
        case .answer(let status, let body, let headers):
            try await outbound.write(Self.response(status, body, headers: headers))
            return true
        case .echo(let status, let wrap):
            try await outbound.write(Self.response(status, wrap(request.text), headers: []))
            return true
        case .closeAfterHalfTheAnswer:
            try await outbound.write(ByteBuffer(string: "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"messages\":"))
            return false
        case .drip:
            try await outbound.write(ByteBuffer(string: "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n"))
            while true {
                try await outbound.write(ByteBuffer(string: " "))
                try await Task.sleep(for: .milliseconds(20))
            }
        case .silence: return true
        case .closeAfterRequest, .closeAtFirstByte: return false
        }
    }

    private func next() -> Behaviour {
        script.withLock { $0[0] }
    }

    private func advance() -> Behaviour {
        script.withLock { $0.count > 1 ? $0.removeFirst() : $0[0] }
    }

    private static func response(_ status: Int, _ body: String, headers: [String]) -> ByteBuffer {
        let lines = ["HTTP/1.1 \(status) Status", "Content-Length: \(body.utf8.count)"] + headers
        return ByteBuffer(string: lines.joined(separator: "\r\n") + "\r\n\r\n" + body)
    }
}

extension MetaStandIn.Request {
    /// - Returns: `nil` while the request is not complete.
    init?(_ bytes: [UInt8]) {
        text = String(decoding: bytes, as: UTF8.self)
        guard let end = text.range(of: "\r\n\r\n") else { return nil }
        let lines = text[..<end.lowerBound].components(separatedBy: "\r\n")
        let start = lines[0].split(separator: " ").map(String.init)
        let fields = lines.dropFirst().map { $0.split(separator: ":", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) } }
        method = start[0]
        target = start[1]
        headers = Dictionary(fields.map { ($0[0].lowercased(), $0.count > 1 ? $0[1] : "") }, uniquingKeysWith: { $1 })
        body = String(text[end.upperBound...])
        guard body.utf8.count >= Int(headers["content-length"] ?? "0") ?? 0 else { return nil }
    }
}
