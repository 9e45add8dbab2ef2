import AsyncHTTPClient
import Foundation
import NIOCore
import NIOPosix
import Synchronization

/// Knows whether a request's body may have left. Meta cannot act on a request whose announced body never came, so this decides
/// between "not sent" and "unknown", whatever the error's name is.
final class RequestProgress: Sendable {
    private enum State {
        case waiting
        case begun
        /// Given up before the body was asked for; it will not be handed out any more.
        case closed
        /// Without a body nothing can be observed.
        case unobserved
    }

    private let state: Mutex<State>

    init(observed: Bool) {
        state = Mutex(observed ? .waiting : .unobserved)
    }

    /// Called when the connection asks for the body.
    func begin() throws {
        let mayBegin = state.withLock { state in
            if state == .waiting { state = .begun }
            return state == .begun
        }
        guard mayBegin else { throw CancellationError() }
    }

    func failure(for error: any Error, answerBegan: Bool, redacting secrets: Redaction) -> GraphFailure {
        let reason = secrets.apply(to: Self.words(for: error))
        let end = state.withLock { state in
            if state == .waiting { state = .closed }
            return state
        }
        switch end {
        case .closed where !answerBegan: return .notSent(reason)
        case .unobserved where !answerBegan && Self.happensBeforeSending(error): return .notSent(reason)
        default: return .answerLost(reason)
        }
    }

    private static func happensBeforeSending(_ error: any Error) -> Bool {
        switch error {
        case is NIOConnectionError: true
        case ChannelError.connectTimeout: true
        // An address given as digits reports a refusal this way; an open connection never does.
        case let error as IOError: error.errnoCode == ECONNREFUSED || error.errnoCode == EADDRNOTAVAIL
        case let error as HTTPClientError: notYetSending.contains { $0 == error }
        default: false
        }
    }

    private static let notYetSending: [HTTPClientError] = [
        .connectTimeout, .tlsHandshakeTimeout, .getConnectionFromPoolTimeout, .socksHandshakeTimeout, .httpProxyHandshakeTimeout,
        .alreadyShutdown, .invalidURL, .emptyHost, .emptyScheme, .proxyAuthenticationRequired,
    ]

    private static func words(for error: any Error) -> String {
        switch error {
        case let error as HTTPClientError: error.shortDescription
        case let error as IOError where error.errnoCode == ECONNREFUSED: "The connection was refused."
        case is CancellationError: "The call was cancelled."
        case let error as NIOConnectionError: "No connection to \(error.host):\(error.port) could be made."
        default: String(describing: error)
        }
    }
}

/// A request body that reports the moment it is asked for.
struct ObservedBody: AsyncSequence, Sendable {
    let body: GraphRequest.Body
    let progress: RequestProgress

    struct Iterator: AsyncIteratorProtocol {
        private enum Rest {
            case unasked(GraphRequest.Body)
            case file(MultipartFile.Pieces)
            case nothing
        }

        private var rest: Rest
        private let progress: RequestProgress

        init(_ body: GraphRequest.Body, progress: RequestProgress) {
            rest = .unasked(body)
            self.progress = progress
        }

        mutating func next() async throws -> ByteBuffer? {
            if case .unasked(let body) = rest {
                try progress.begin()
                rest = .nothing
                guard case .file(let form) = body else { return ByteBuffer(bytes: body.bytes) }
                rest = .file(try form.pieces())
            }
            guard case .file(var pieces) = rest else { return nil }
            defer { rest = .file(pieces) }
            return try pieces.next()
        }
    }

    func makeAsyncIterator() -> Iterator {
        Iterator(body, progress: progress)
    }
}
