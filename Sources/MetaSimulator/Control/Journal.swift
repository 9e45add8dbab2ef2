import Foundation

/// The latest records of one kind, numbered from 1 without gaps; older ones are forgotten.
struct Journal<Record: Sendable>: Sendable {
    private(set) var records: [(number: Int, record: Record)] = []
    private var count = 0

    @discardableResult
    mutating func add(_ record: Record) -> Int {
        count += 1
        records.append((count, record))
        if records.count > 12_000 { records.removeFirst(2_000) }
        return count
    }

    func since(_ number: Int) -> [(number: Int, record: Record)] { records.filter { $0.number > number } }
}

/// One Graph call as it was seen; secrets are masked when it is shown.
struct RecordedRequest: Sendable {
    let time: Date
    let method: String
    let path: String
    let body: JSON
    /// 0 when the connection was closed without an answer.
    let status: Int
    let answer: String
    let milliseconds: Int

    func json(_ number: Int) -> JSON {
        [
            "n": .int(number), "time": .string(time.ISO8601Format()), "method": .string(method), "path": .string(path), "body": body.masked,
            "status": .int(status), "answer": answer.isEmpty ? .null : (JSON.parse(answer.utf8) ?? .string(answer)).masked,
            "milliseconds": .int(milliseconds),
        ]
    }
}

/// One try to deliver a webhook.
struct RecordedDelivery: Sendable {
    let time: Date
    let url: String
    let body: String
    let attempt: Int
    /// 0 when nobody answered.
    let status: Int
    let problem: String?
    let milliseconds: Int

    func json(_ number: Int) -> JSON {
        .fields([
            "n": .int(number), "time": .string(time.ISO8601Format()), "url": .string(url), "body": JSON.parse(body.utf8) ?? .string(body),
            "attempt": .int(attempt), "status": .int(status), "problem": problem.map(JSON.string), "milliseconds": .int(milliseconds),
        ])
    }
}

extension JSON {
    private static let secretNames: Set<String> = [
        "access_token", "client_secret", "input_token", "appsecret_proof", "pin", "code", "verify_token", "fb_exchange_token",
    ]

    /// The value without tokens, secrets and PINs. Error codes are numbers and stay.
    var masked: JSON {
        switch self {
        case .object(let members):
            .object(
                Dictionary(
                    uniqueKeysWithValues: members.map { name, value in
                        (name, Self.secretNames.contains(name) && value.string != nil ? "•••" : value.masked)
                    }))
        case .array(let items): .array(items.map(\.masked))
        default: self
        }
    }
}
