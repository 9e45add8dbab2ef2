import AsyncHTTPClient
import Crypto
import Foundation
import Logging
import NIOCore

/// The longest answer that is read. Meta's pages of 100 templates stay far below.
private let longestAnswer = 8 << 20

private struct AnswerTooLong: Error {}

extension GraphClient {
    /// Makes one call, once, and reads Meta's answer.
    func perform(_ request: GraphRequest) async throws(GraphFailure) -> JSONValue {
        let start = ContinuousClock.now
        let secrets = revealed(by: request)
        do {
            let answer = try await exchangeBytes(request, redacting: secrets)
            let value = try answer.value(redacting: secrets)
            log(request, start: start, outcome: "\(answer.status)")
            return value
        } catch {
            log(request, start: start, outcome: error.logged)
            throw error
        }
    }

    /// Like ``perform(_:)`` for calls whose answer says only `{"success":true}`.
    func performForSuccess(_ request: GraphRequest) async throws(GraphFailure) {
        let answer = try await perform(request)
        guard answer["success"]?.bool == true else { throw .unexpected(answer) }
    }

    private func exchangeBytes(_ request: GraphRequest, redacting secrets: Redaction) async throws(GraphFailure) -> GraphAnswer {
        guard !Task.isCancelled else { throw .notSent("The call was cancelled before it began.") }
        let progress = RequestProgress(observed: !request.body.isEmpty)
        var status: Int?
        do {
            let time = request.body.isFile ? configuration.uploadTimeout : configuration.requestTimeout
            let deadline = ContinuousClock.now + time
            let timeout = TimeAmount(time)
            let response = try await httpClient.execute(httpRequest(request, progress: progress), timeout: timeout)
            status = Int(response.status.code)
            return GraphAnswer(
                status: Int(response.status.code), body: try await bytes(of: response.body, until: deadline),
                retryAfter: RetryAdvice.read { response.headers.first(name: $0) })
        } catch is AnswerTooLong {
            throw .unreadable(status: status ?? 0, excerpt: "The answer is longer than \(longestAnswer) bytes.")
        } catch {
            throw progress.failure(for: error, answerBegan: status != nil, redacting: secrets)
        }
    }

    /// The HTTP client's own deadline ends with the answer's head; a body that drips on for ever must not hold us either.
    private func bytes(of body: HTTPClientResponse.Body, until deadline: ContinuousClock.Instant) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        for try await chunk in body {
            guard ContinuousClock.now < deadline else { throw HTTPClientError.deadlineExceeded }
            guard bytes.count + chunk.readableBytes <= longestAnswer else { throw AnswerTooLong() }
            bytes += chunk.readableBytesView
        }
        return bytes
    }

    private func httpRequest(_ request: GraphRequest, progress: RequestProgress) -> HTTPClientRequest {
        var result = HTTPClientRequest(url: url(of: request))
        result.method = .init(rawValue: request.method.rawValue)
        result.headers.add(name: "Accept", value: "application/json")
        result.headers.add(name: "User-Agent", value: "WhatsAppCloudAPI-Swift/1")
        if let token = token(for: request) {
            result.headers.add(name: "Authorization", value: "Bearer \(token.reveal())")
        }
        if let type = request.body.contentType {
            result.headers.add(name: "Content-Type", value: type)
            result.body = .stream(ObservedBody(body: request.body, progress: progress), length: .known(Int64(request.body.length)))
        }
        return result
    }

    private func url(of request: GraphRequest) -> String {
        var query = request.query
        if let token = token(for: request), let proof = proof(of: token) {
            query.append(("appsecret_proof", proof))
        }
        let path = request.path.map(PercentEncoding.escape).joined(separator: "/")
        let address = "\(configuration.baseURL)/\(configuration.version)/\(path)"
        return query.isEmpty ? address : "\(address)?\(PercentEncoding.pairs(query))"
    }

    private func token(for request: GraphRequest) -> AccessToken? {
        switch request.authorization {
        case .none: nil
        case .app: AccessToken("\(configuration.appID)|\(configuration.appSecrets.first ?? "")")
        case .token(let token): token
        }
    }

    /// HMAC-SHA256 of the token under the newest app secret, in lower-case hexadecimal digits.
    func proof(of token: AccessToken) -> String? {
        guard let secret = configuration.appSecrets.first else { return nil }
        let code = HMAC<SHA256>.authenticationCode(for: Array(token.reveal().utf8), using: SymmetricKey(data: Array(secret.utf8)))
        return hexadecimal(code)
    }

    private func revealed(by request: GraphRequest) -> Redaction {
        let token = token(for: request)
        let proof = token.flatMap(proof(of:))
        return Redaction(configuration.appSecrets + request.secrets + [token?.reveal(), proof].compactMap { $0 })
    }

    private func log(_ request: GraphRequest, start: ContinuousClock.Instant, outcome: String) {
        let milliseconds = (ContinuousClock.now - start) / .milliseconds(1)
        logger.debug(
            "Graph API call",
            metadata: [
                "method": "\(request.method.rawValue)", "path": "\(request.loggedPath)", "outcome": "\(outcome)",
                "milliseconds": "\(Int(milliseconds))",
            ])
    }
}

extension GraphRequest.Body {
    var isEmpty: Bool {
        if case .empty = self { true } else { false }
    }

    var isFile: Bool {
        if case .file = self { true } else { false }
    }

    fileprivate var contentType: String? {
        switch self {
        case .empty: nil
        case .form: "application/x-www-form-urlencoded"
        case .json: "application/json"
        case .file(let form): "multipart/form-data; boundary=\(form.boundary)"
        }
    }

    fileprivate var length: Int {
        if case .file(let form) = self { form.length } else { bytes.count }
    }

    /// Of what is small enough to be held in memory.
    var bytes: [UInt8] {
        switch self {
        case .empty, .file: []
        case .form(let pairs): Array(PercentEncoding.pairs(pairs).utf8)
        case .json(let bytes): bytes
        }
    }
}
