import AsyncHTTPClient
import Foundation
import NIOCore

/// Posts to addresses of others: push services and the platform. It follows no redirect, and what is answered beside the status is of no use.
public struct Courier: Sendable {
    static let patience = Duration.seconds(10)

    struct Letter: Sendable {
        let address: String
        let headers: [(name: String, value: String)]
        let body: [UInt8]
    }

    enum Outcome: Sendable, Equatable {
        case answered(status: Int, retryAfter: TimeInterval?)
        case unreachable(String)
    }

    private let client: HTTPClient

    /// - Parameter client: one that follows no redirects; it stays the caller's to shut down.
    public init(_ client: HTTPClient) {
        self.client = client
    }

    func post(_ letter: Letter) async -> Outcome {
        var request = HTTPClientRequest(url: letter.address)
        request.method = .POST
        for (name, value) in letter.headers { request.headers.add(name: name, value: value) }
        request.headers.add(name: "User-Agent", value: "ZenRent/1")
        request.body = .bytes(letter.body)
        do {
            let response = try await client.execute(request, timeout: .nanoseconds(Int64(Self.patience.seconds * 1e9)))
            try? await Self.readOut(response.body)
            let retryAfter = response.headers.first(name: "Retry-After").flatMap { TimeInterval($0) }
            return .answered(status: Int(response.status.code), retryAfter: retryAfter.map { min(max($0, 0), 86_400) })
        } catch {
            // The address is a secret of its browser; errors of this client may name the host at most.
            return .unreachable(String("\(error)".prefix(200)))
        }
    }

    // A short answer is read, so that the connection can be used again; a long one is not worth it.
    private static func readOut(_ body: HTTPClientResponse.Body) async throws {
        let deadline = ContinuousClock.now + patience
        var bytes = 0
        for try await piece in body {
            bytes += piece.readableBytes
            guard bytes < 65_536, ContinuousClock.now < deadline else { return }
        }
    }
}
