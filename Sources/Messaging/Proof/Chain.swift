import Foundation
import SQLDatabase

/// How far a landlord's chain has come.
struct ChainState: Sendable, Equatable {
    /// The newest live event whose subject was looked at.
    var seenSequence: Int64
    /// Where looking at everything stands; nil when nothing but events need be looked at.
    var sweep: SweepPlace?
    var lastNumber: Int64
    var lastLink: [UInt8]

    static let start = ChainState(seenSequence: 0, sweep: nil, lastNumber: 0, lastLink: ProofChain.start)
}

/// The next records of a landlord, worked out but not written.
struct ChainPlan: Sendable {
    let before: ChainState
    let isFirst: Bool
    let after: ChainState
    let records: [ProofRecord]
}

/// A landlord's chain. What is new is told by live events: every change that a landlord can see has one, numbered without gaps in the order
/// of commits. They name what changed; what stands in the chain already is known by its newest record and does not come again.
struct Chain {
    /// Subjects that are looked at together: few enough to be written in milliseconds.
    static let batch = 120

    let rows: LandlordRows

    private var db: any Connection { rows.db }

    /// What comes next; nil when the chain holds everything. Reads only, so that nobody's writing waits for it.
    func plan(now: Date, random: inout Randomness) throws -> ChainPlan? {
        // Numbers first: an event that comes meanwhile is none that was missed.
        let newest = try rows.liveSequence()
        let known = try state()
        let before = known ?? .start
        var after = before
        let facts: [Fact]
        if let place = before.sweep {
            (facts, after.sweep) = try sweep(from: place)
        } else {
            guard newest > before.seenSequence else { return nil }
            let events = try rows.liveEvents(after: before.seenSequence, blocks: 5).prefix(Self.batch)
            if let last = events.last, events.first?.sequence == before.seenSequence + 1 {
                facts = try rows.facts(about: Subjects(events))
                after.seenSequence = last.sequence
            } else {
                // Events are kept for seven days. Whoever comes later, or first of all, looks at everything once.
                facts = []
                (after.seenSequence, after.sweep) = (newest, .start)
            }
        }
        let records = try records(of: facts, state: &after, now: now, random: &random)
        return ChainPlan(before: before, isFirst: known == nil, after: after, records: records)
    }

    /// Writes a plan, unless somebody was quicker: then nothing is written. Numbers have no gaps for this reason.
    func write(_ plan: ChainPlan) throws -> Bool {
        if plan.isFirst {
            try db.execute(
                """
                INSERT INTO proof_chains (landlord_id, seen_sequence, last_number, last_link)
                VALUES (\(rows.landlord), 0, 0, \(ProofChain.start)) ON CONFLICT (landlord_id) DO NOTHING
                """)
        }
        let moved = try db.execute(
            """
            UPDATE proof_chains SET seen_sequence = \(plan.after.seenSequence), sweep = \(plan.after.sweep?.text),
                last_number = \(plan.after.lastNumber), last_link = \(plan.after.lastLink)
            WHERE landlord_id = \(rows.landlord) AND seen_sequence = \(plan.before.seenSequence)
                AND last_number = \(plan.before.lastNumber) AND COALESCE(sweep, '') = \(plan.before.sweep?.text ?? "")
            """)
        guard moved == 1 else { return false }
        try insert(plan.records)
        return true
    }

    func state() throws -> ChainState? {
        try db.first(
            StateRow.self, "SELECT seen_sequence, sweep, last_number, last_link FROM proof_chains WHERE landlord_id = \(rows.landlord)"
        )?.state
    }

    /// Adds records in this transaction, behind whoever writes to the chain just now.
    func append(_ facts: [Fact], now: Date, random: inout Randomness) throws {
        let locked = try db.first(
            StateRow.self,
            """
            SELECT seen_sequence, sweep, last_number, last_link FROM proof_chains WHERE landlord_id = \(rows.landlord) \(SQL.lockRow)
            """)
        guard var state = locked?.state else { return }
        let records = try records(of: facts, state: &state, now: now, random: &random)
        try db.execute(
            """
            UPDATE proof_chains SET last_number = \(state.lastNumber), last_link = \(state.lastLink)
            WHERE landlord_id = \(rows.landlord)
            """)
        try insert(records)
    }

    // A fact that stands in the chain as it is now gives no record, and neither does one whose record was erased: what somebody had taken away
    // does not come back by itself.
    private func records(of facts: [Fact], state: inout ChainState, now: Date, random: inout Randomness) throws -> [ProofRecord] {
        let known = try newest(of: Set(facts.map(\.key.subject)))
        var records: [ProofRecord] = []
        for fact in facts {
            let last = known[fact.key]
            if let last {
                guard let salt = last.salt, ProofChain.digest(salt: salt, content: fact.content) != last.digest else { continue }
            }
            let salt = (0..<ProofChain.saltLength / 8).flatMap { _ in withUnsafeBytes(of: random.next()) { Array($0) } }
            let digest = ProofChain.digest(salt: salt, content: fact.content)
            state.lastNumber += 1
            state.lastLink = ProofChain.link(
                after: state.lastLink, landlord: rows.landlord.rawValue, number: state.lastNumber,
                leaf: ProofChain.leaf(kind: fact.kind.rawValue, digest: digest, at: now.milliseconds))
            records.append(
                ProofRecord(
                    number: state.lastNumber, kind: fact.kind, subjectId: fact.key.subject, fact: fact.key.name,
                    version: (last?.version ?? 0) + 1, at: now, digest: digest, link: state.lastLink, salt: salt, content: fact.content))
        }
        return records
    }

    private func newest(of subjects: Set<String>) throws -> [Fact.Key: NewestRow] {
        guard !subjects.isEmpty else { return [:] }
        let found = try db.all(
            NewestRow.self,
            """
            WITH wanted (owner, wanted_id) AS \(rows.wanted(subjects))
            SELECT r.subject_id, r.fact, r.version, r.digest, r.salt FROM wanted CROSS JOIN proof_records r
            WHERE r.landlord_id = owner AND r.subject_id = wanted_id AND r.version = (
                SELECT MAX(n.version) FROM proof_records n
                WHERE n.landlord_id = r.landlord_id AND n.subject_id = r.subject_id AND n.fact = r.fact)
            """)
        return Dictionary(found.map { (Fact.Key(subject: $0.subjectId, name: $0.fact), $0) }, uniquingKeysWith: { first, _ in first })
    }

    private func insert(_ records: [ProofRecord]) throws {
        try db.insert(into: "proof_records (landlord_id, \(ProofRecord.columns))", each: records) { record in
            """
            (\(rows.landlord), \(record.number), \(record.kind), \(record.subjectId), \(record.fact), \(record.version), \(record.at),
                \(record.digest), \(record.link), \(record.salt), \(record.content))
            """
        }
    }
}

private struct StateRow: Decodable {
    let seenSequence: Int64
    let sweep: String?
    let lastNumber: Int64
    let lastLink: [UInt8]

    var state: ChainState {
        ChainState(
            seenSequence: seenSequence, sweep: sweep.map { SweepPlace($0) }, lastNumber: lastNumber, lastLink: lastLink)
    }
}

private struct NewestRow: Decodable {
    let subjectId: String
    let fact: String
    let version: Int
    let digest: [UInt8]
    let salt: [UInt8]?
}
