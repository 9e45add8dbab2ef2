import Foundation
import SQLDatabase
import WhatsAppCloudAPI

/// Writes `records.jsonl`: this conversation's records in full, and of all others between its first and its last one only the leaves.
struct BundleRecords {
    private static let page = 500
    /// Leaves in one line.
    static let run = 1_000

    let subject: ExportSubject
    let database: any Database

    /// What was written.
    struct Summary {
        var links = BundleManifest.Links(first: 0, last: 0, before: "", after: "")
        var counts = BundleManifest.Counts(records: 0, erased: 0, others: 0, messages: 0, missingFiles: 0)
        /// Digests of the messages' files, in the order of their records, and what each is.
        var files: [(digest: String, type: FileType)] = []
        fileprivate var seen: Set<String> = []
    }

    func write(to url: URL, progress: ExportProgress) async throws -> Summary {
        guard FileManager.default.createFile(atPath: url.path, contents: nil, attributes: [.posixPermissions: 0o600]) else {
            throw DiskRefused(path: url.path, code: errno)
        }
        let file = try FileHandle(forWritingTo: url)
        defer { try? file.close() }
        var summary = Summary(), before = ProofChain.start, last: Int64 = 0
        var others = Leaves(), end: UInt64 = 0, counted = 0
        while case let page = try await records(after: last), let newest = page.last {
            var text = ""
            for record in page {
                defer { before = record.link }
                guard record.isOurs else {
                    // Before the first one nothing need be shown, and after the last one nothing is.
                    if summary.counts.records > 0, others.add(record) { text += others.line() }
                    continue
                }
                if summary.counts.records == 0 { (summary.links.first, summary.links.before) = (record.number, before.hexadecimal) }
                text += others.line() + record.line
                counted += others.taken
                summary.note(record, others: counted)
                others.taken = 0
                // What comes behind it may be cut off again.
                end = try file.offset() + UInt64(text.utf8.count)
            }
            last = newest.number
            try await onDisk { [text] in try file.write(contentsOf: Data(text.utf8)) }
            await progress.reached(min(summary.counts.messages, subject.messages), of: subject.messages)
        }
        try file.truncate(atOffset: end)
        try file.synchronize()
        return summary
    }

    private func records(after number: Int64) async throws -> [BundleRecord] {
        let landlord = subject.landlord.landlordID, export = subject.export, contact = subject.conversation.contact.contactId
        return try await database.read { db in
            // Whose it is: a message's by its conversation now, consent by the person, an export by what was exported.
            try db.all(
                BundleRecord.self,
                """
                SELECT t.number, t.kind, t.fact, t.at, t.digest, t.link, t.is_ours,
                    CASE WHEN t.is_ours = 1 THEN t.salt END AS salt, CASE WHEN t.is_ours = 1 THEN t.content END AS content
                FROM (
                    SELECT r.number, r.kind, r.fact, r.at, r.digest, r.link, r.salt, r.content, CASE WHEN r.subject_id = \(contact) OR EXISTS (
                            SELECT 1 FROM messages m WHERE m.landlord_id = r.landlord_id AND m.message_id = r.subject_id
                                AND m.conversation_id = \(export.conversationId))
                        OR EXISTS (
                            SELECT 1 FROM exports e WHERE e.landlord_id = r.landlord_id AND e.export_id = r.subject_id
                                AND e.conversation_id = \(export.conversationId)) THEN 1 ELSE 0 END AS is_ours
                    FROM proof_records r WHERE r.landlord_id = \(landlord) AND r.number > \(number) ORDER BY r.number LIMIT \(Self.page)) t
                ORDER BY t.number
                """)
        }
    }
}

extension BundleRecords.Summary {
    fileprivate mutating func note(_ record: BundleRecord, others: Int) {
        counts.records += 1
        counts.others = others
        if record.salt == nil { counts.erased += 1 }
        if record.fact == "message" { counts.messages += 1 }
        (links.last, links.after) = (record.number, record.link.hexadecimal)
        guard record.kind == .file, let text = record.content, let told = try? JSONValue(parsing: Array(text.utf8)),
            let digest = told["sha256"]?.string, [UInt8](hexadecimal: digest)?.count == 32, seen.insert(digest).inserted
        else { return }
        files.append((digest, told["type"]?.string.flatMap(FileType.init(rawValue:)) ?? .other))
    }
}

/// A record as it is read for a bundle.
private struct BundleRecord: Decodable {
    let number: Int64
    let kind: ProofKind
    let fact: String
    let at: Date
    let digest: [UInt8]
    let link: [UInt8]
    let salt: [UInt8]?
    let content: String?
    private let isOursFlag: Int

    var isOurs: Bool { isOursFlag == 1 }

    private enum CodingKeys: String, CodingKey {
        case number, kind, fact, at, digest, link, salt, content
        case isOursFlag = "isOurs"
    }

    var leaf: [UInt8] { ProofChain.leaf(kind: kind.rawValue, digest: digest, at: at.milliseconds) }

    var line: String {
        var members: [String: JSONValue] = [
            "n": .integer(number), "kind": .string(kind.rawValue), "at": .integer(at.milliseconds), "digest": .string(digest.hexadecimal),
            "link": .string(link.hexadecimal),
        ]
        if let salt, let content {
            (members["salt"], members["content"]) = (.string(salt.hexadecimal), .string(content))
        } else {
            members["erased"] = true
        }
        return String(decoding: JSONValue.object(members).serialized, as: UTF8.self) + "\n"
    }
}

/// Leaves of others' records that follow one another.
private struct Leaves {
    private var first: Int64 = 0
    private var count: Int64 = 0
    private var bytes: [UInt8] = []
    /// How many were written since somebody asked.
    var taken = 0

    /// Answers whether there are enough for a line.
    mutating func add(_ record: BundleRecord) -> Bool {
        if count == 0 { first = record.number }
        count += 1
        bytes += record.leaf
        return count >= BundleRecords.run
    }

    /// The line of those that are there, and nothing when none are.
    mutating func line() -> String {
        guard count > 0 else { return "" }
        defer { (count, bytes) = (0, []) }
        taken += Int(count)
        let line: JSONValue = [
            "first": .integer(first), "last": .integer(first + count - 1), "leaves": .string(Data(bytes).base64EncodedString()),
        ]
        return String(decoding: line.serialized, as: UTF8.self) + "\n"
    }
}
