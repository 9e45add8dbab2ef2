import Foundation

/// A business integration system user token: bound to the app and one customer's portfolio.
struct Token: Codable, Sendable {
    let value: String
    let businessID: String
    /// Accounts it reaches, the most recently shared first.
    var accountIDs: [String]
    let issuedAt: Date
    var expiresAt: Date?
    /// Subcode of error 190 once the token is dead.
    var death: Int?
}

/// What the finished popup hands to the page; lives 30 seconds and works once.
struct SignUpCode: Codable, Sendable {
    let value: String
    let businessID: String
    let accountID: String
    let issuedAt: Date
    var isUsed = false
}

extension String {
    /// An opaque token in Meta's look.
    static func random(_ prefix: String, length: Int) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789".utf8)
        // One random number holds ten letters.
        var left: UInt64 = 0
        let letters = (0..<length).map { position -> UInt8 in
            if position % 10 == 0 { left = .random(in: 0 ... .max) }
            defer { left /= 62 }
            return alphabet[Int(left % 62)]
        }
        return prefix + String(decoding: letters, as: UTF8.self)
    }
}
