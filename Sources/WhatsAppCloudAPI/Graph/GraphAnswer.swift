import Foundation

/// What came back from the Graph API, before anybody believes it.
struct GraphAnswer: Sendable {
    let status: Int
    let body: [UInt8]
    let retryAfter: Duration?

    /// The JSON of a success; everything else is a failure with its own name.
    func value(redacting secrets: Redaction) throws(GraphFailure) -> JSONValue {
        guard !(300..<400).contains(status), let value = try? JSONValue(parsing: body), value.object != nil else {
            throw unreadable(redacting: secrets)
        }
        if let error = GraphError(envelope: value, status: status, retryAfter: retryAfter, redacting: secrets) {
            throw .refused(error)
        }
        guard (200..<300).contains(status) else { throw unreadable(redacting: secrets) }
        return value
    }

    private func unreadable(redacting secrets: Redaction) -> GraphFailure {
        let beginning = secrets.apply(to: String(decoding: body.prefix(2000), as: UTF8.self))
        return .unreadable(status: status, excerpt: String(beginning.prefix(200)))
    }
}

/// How long Meta asks us to wait, from whichever header says so.
enum RetryAdvice {
    static func read(_ header: (String) -> String?) -> Duration? {
        if let seconds = header("Retry-After").flatMap({ Int($0.trimmingCharacters(in: .whitespaces)) }), seconds >= 0 {
            return .seconds(min(seconds, 7 * 86_400))
        }
        return header("X-Business-Use-Case-Usage").flatMap(timeToRegainAccess)
    }

    /// The longest `estimated_time_to_regain_access` (minutes) of all businesses named; zero means that nothing is limited.
    private static func timeToRegainAccess(_ header: String) -> Duration? {
        guard let usage = try? JSONValue(parsing: Array(header.utf8)) else { return nil }
        let entries = (usage.object ?? [:]).values.flatMap { $0.array ?? [] }
        let minutes = entries.compactMap { $0["estimated_time_to_regain_access"]?.integer }.max() ?? 0
        return minutes > 0 ? .seconds(min(minutes, 7 * 1440) * 60) : nil
    }
}
