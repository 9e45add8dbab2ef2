import Foundation
import SQLDatabase

extension LandlordRows {
    /// Takes salt and content away from all records about some subjects (messages, contacts). Their digests and places stay, so that the chain
    /// still holds; a record tells which numbers went and why. What was erased does not come back by itself. Answers how many were erased.
    func eraseRecords(about subjects: [String], reason: String, now: Date, random: inout Randomness) throws -> Int {
        let records = try db.all(
            ErasedRow.self,
            """
            WITH wanted (owner, wanted_id) AS \(wanted(subjects))
            SELECT r.subject_id, r.number FROM wanted CROSS JOIN proof_records r
            WHERE r.landlord_id = owner AND r.subject_id = wanted_id AND r.salt IS NOT NULL AND r.kind <> 'erasure' ORDER BY r.number
            """)
        guard !records.isEmpty else { return 0 }
        try db.executeWithNext(each: records) { record in
            "UPDATE proof_records SET salt = NULL, content = NULL WHERE landlord_id = \(landlord) AND number = \(record.number)"
        }
        let facts = Dictionary(grouping: records, by: \.subjectId).sorted { $0.key < $1.key }.map { subject, gone in
            Fact(
                .erasure, "erasure", of: subject,
                [
                    "numbers": .array(gone.map { .integer($0.number) }), "reason": .string(reason.storable), "at": .moment(now),
                ])
        }
        try Chain(rows: self).append(facts, now: now, random: &random)
        return records.count
    }
}

private struct ErasedRow: Decodable {
    let subjectId: String
    let number: Int64
}

extension Messaging {
    /// Erases what the chain tells of some messages and contacts of a landlord.
    /// - Parameter subjects: their IDs.
    /// - Returns: how many records lost their content.
    @discardableResult
    public func eraseRecords(of landlord: Landlord.ID, about subjects: [String], reason: String) async throws -> Int {
        let now = clock(), random = random()
        return try await database.write { db in
            var random = random
            return try LandlordRows(landlord, db).eraseRecords(about: subjects, reason: reason, now: now, random: &random)
        }
    }
}
