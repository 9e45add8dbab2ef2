import Foundation
import WhatsAppCloudAPI

/// What a bundle says of itself; signed.
struct BundleManifest: Codable, Sendable, Equatable {
    static let format = "zenrent-bundle-1"

    struct Party: Codable, Sendable, Equatable {
        var id: String
        var name: String
        var number: String?
        var home: String?
    }

    struct Taken: Codable, Sendable, Equatable {
        var id: String
        var by: String
        var byName: String
        /// ISO 8601.
        var at: String
        /// Seconds since 1970: the time of the archive's files.
        var seconds: Int
    }

    struct Links: Codable, Sendable, Equatable {
        /// Numbers of the first and the last record that the bundle tells in full.
        var first: Int64
        var last: Int64
        /// The link before the first one, and the last one's, in hexadecimal digits.
        var before: String
        var after: String
    }

    struct Sums: Codable, Sendable, Equatable {
        /// Of the file SHA256SUMS, which names every other part.
        var sha256: String
        var files: Int
    }

    struct Counts: Codable, Sendable, Equatable {
        /// Told in full, erased ones among them.
        var records: Int
        var erased: Int
        /// Of other conversations: their leaves only.
        var others: Int
        var messages: Int
        /// Files of messages that were not to be had.
        var missingFiles: Int
    }

    var format = Self.format
    var landlord: Party
    var tenant: Party
    var conversation: String
    var export: Taken
    var chain: Links
    var counts: Counts
    var sums: Sums
    /// 32 bytes in base64.
    var publicKey: String

    var encoded: [UInt8] {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
            return Array(try encoder.encode(self)) + [0x0A]
        }
    }
}

/// The parts of a bundle whose names are fixed.
enum BundlePart {
    static let manifest = "manifest.json", signature = "manifest.sig", sums = "SHA256SUMS", words = "README.txt", records = "records.jsonl"
    /// In the order of the archive.
    static let all = [manifest, signature, sums, words, records]
    static let media = "media/"

    /// A line of SHA256SUMS, as `sha256sum -c` reads it.
    static func sumLine(_ digest: String, _ name: String) -> String { "\(digest)  \(name)\n" }

    static let explanation = """
        A WhatsApp conversation, as ZenRent kept it.

        records.jsonl   a line for each record, in the order of the landlord's chain. "content" is a text: JSON again, the very
                        bytes that were digested. A line with "leaves" stands for records of other conversations, which are
                        not told here: 32 bytes each, in base64.
        media/          the files of the messages, named by their SHA-256.
        manifest.json   whose conversation it is, who took it and when, and the ends of the chain.
        manifest.sig    the Ed25519 signature of manifest.json, in base64.
        SHA256SUMS      the SHA-256 of every other part. Try it with: sha256sum -c SHA256SUMS

        Check everything, without a network:  zenrent verify FILE --key KEY
        KEY is the installation's public key; its export pages and /api/whatsapp/exports/key tell it.

        How the chain is made (SHA-256; numbers are big-endian, texts have their length before them in four bytes):
        digest = H(salt, content)
        leaf   = H(kind, digest, time in milliseconds as eight bytes)
        link   = H(link before, landlord, number as eight bytes, leaf); before number 1 stand 32 zero bytes
        A record without salt and content was erased. Its digest stays, so that the chain holds.

        """
}
