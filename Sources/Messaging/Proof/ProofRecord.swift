import Crypto
import Foundation
import SQLDatabase

/// What a record of the chain tells.
enum ProofKind: String, Codable, Sendable, SQLBindable {
    /// A message of the tenant's, or of ours.
    case received, sent
    /// A try at handing a message to Meta.
    case attempt
    /// How far a message of ours came.
    case status
    /// The file of a message.
    case file
    case reaction, edit, deletion
    /// A contact's agreement to be written to, or its end.
    case consent
    /// Who took a copy of a conversation.
    case export
    /// Which records lost their content, and why.
    case erasure
}

/// One record: what was seen, under a salted digest, and its place in the landlord's chain.
struct ProofRecord: Sendable, Decodable {
    let number: Int64
    let kind: ProofKind
    let subjectId: String
    let fact: String
    let version: Int
    /// When it was seen.
    let at: Date
    let digest: [UInt8]
    let link: [UInt8]
    /// Nil once it was erased, and so is the content.
    let salt: [UInt8]?
    /// JSON; the very bytes that were digested.
    let content: String?

    static let columns: SQL = "number, kind, subject_id, fact, version, at, digest, link, salt, content"
}

/// How records are chained. Everything is SHA-256; numbers are big-endian, texts have their length in bytes before them.
///
/// - digest: of the salt and the content.
/// - leaf: of the kind, the digest and the time in milliseconds. It stands for a record that is not told.
/// - link: of the link before, the landlord, the number and the leaf.
enum ProofChain {
    /// The link before number 1.
    static let start = [UInt8](repeating: 0, count: 32)
    static let saltLength = 32

    static func digest(salt: [UInt8], content: String) -> [UInt8] {
        var hash = SHA256()
        hash.update(data: salt)
        hash.update(data: Array(content.utf8))
        return Array(hash.finalize())
    }

    static func leaf(kind: String, digest: [UInt8], at milliseconds: Int64) -> [UInt8] {
        var hash = SHA256()
        hash.update(text: kind)
        hash.update(data: digest)
        hash.update(number: milliseconds)
        return Array(hash.finalize())
    }

    static func link(after before: [UInt8], landlord: String, number: Int64, leaf: [UInt8]) -> [UInt8] {
        var hash = SHA256()
        hash.update(data: before)
        hash.update(text: landlord)
        hash.update(number: number)
        hash.update(data: leaf)
        return Array(hash.finalize())
    }
}

extension SHA256 {
    fileprivate mutating func update(text: String) {
        withUnsafeBytes(of: UInt32(truncatingIfNeeded: text.utf8.count).bigEndian) { update(bufferPointer: $0) }
        update(data: Array(text.utf8))
    }

    fileprivate mutating func update(number: Int64) {
        withUnsafeBytes(of: number.bigEndian) { update(bufferPointer: $0) }
    }
}

extension Collection<UInt8> {
    /// Lower-case hexadecimal digits.
    var hexadecimal: String {
        var text = ""
        text.reserveCapacity(count * 2)
        for byte in self {
            text += String(byte >> 4, radix: 16)
            text += String(byte & 15, radix: 16)
        }
        return text
    }
}

extension [UInt8] {
    /// Reads pairs of hexadecimal digits; nil for anything else.
    init?(hexadecimal text: String) {
        let digits = Array<UInt8>(text.utf8)
        guard digits.count % 2 == 0 else { return nil }
        self = []
        reserveCapacity(digits.count / 2)
        for place in stride(from: 0, to: digits.count, by: 2) {
            guard let high = digits[place].hexadecimalDigit, let low = digits[place + 1].hexadecimalDigit else { return nil }
            append(high << 4 | low)
        }
    }
}

extension UInt8 {
    // Lower case only, as we write it: a bundle has one spelling.
    fileprivate var hexadecimalDigit: UInt8? {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): self - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): self - UInt8(ascii: "a") + 10
        default: nil
        }
    }
}
