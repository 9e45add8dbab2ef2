import Foundation
import SQLDatabase

/// A piece of work at the index: what it has read, and what is to be written if nobody else was quicker.
struct SearchStep {
    /// Messages in one step, so that writing them holds nobody up.
    static let most = 100
    /// Messages of the walk back that are looked up at once; it takes reading all of the landlord's keys.
    static let ahead = 5_000

    let read: SearchProgress
    private(set) var progress: SearchProgress
    private(set) var documents: [SearchIndex.Document] = []
    private(set) var gone: [(message: Message.ID, number: Int64)] = []
    /// What the walk back comes to after this step, as it was looked up.
    private(set) var way: [Place] = []
    var changesWords: Bool { !documents.isEmpty || !gone.isEmpty }
    /// Whether there is more to do at once.
    private(set) var hasMore = false

    /// A message's place in time.
    struct Place: Decodable, Sendable {
        let at: Date
        let messageId: Message.ID
    }

    /// What is next for a landlord; nil when there is nothing. `way` is what an earlier step has looked up.
    init?(_ rows: LandlordRows, way: [Place] = []) throws {
        guard let read = try rows.searchProgress() else { return nil }
        self.read = read
        progress = read
        let newest = try rows.liveSequence()
        if read.sequence < newest {
            self.way = way
            try follow(rows, newest: newest)
        } else if read.backAt != nil {
            try walkBack(rows, way)
        } else {
            return nil
        }
    }

    /// Writes it down. Answers whether it counts: somebody else may have been quicker.
    func write(on db: any Connection) throws -> Bool {
        guard try progress.save(over: read, on: db) else { return false }
        try SearchIndex.write(documents, removing: gone, of: progress, on: db)
        return true
    }

    // What live events tell: new words, and words that changed.
    private mutating func follow(_ rows: LandlordRows, newest: Int64) throws {
        guard let oldest = try rows.oldestLiveEvent(), oldest <= read.sequence + 1 else {
            // Too long away: what was missed is found by walking through everything once more.
            (progress.sequence, progress.backAt, progress.backId) = (newest, SearchProgress.beginning, "")
            (way, hasMore) = ([], true)
            return
        }
        var seen: Set<String> = []
        blocks: for block in try rows.liveBlocks(after: read.sequence) {
            for event in block.events where event.sequence > read.sequence && event.kind == .message {
                if seen.count == Self.most, !seen.contains(event.subjectId) { break blocks }
                seen.insert(event.subjectId)
                progress.sequence = event.sequence
            }
            progress.sequence = block.lastSequence
        }
        try take(seen.map { Message.ID($0) }, rows) { $0.isStillToCome($1) }
        hasMore = progress.sequence < newest || progress.backAt != nil
    }

    // What was there before the index, the newest first.
    private mutating func walkBack(_ rows: LandlordRows, _ known: [Place]) throws {
        // Another process may have gone a part of it.
        let rest = known.drop { !isBehind($0) }
        let way = rest.isEmpty ? try rows.messages(before: progress, limit: Self.ahead)[...] : rest
        let next = way.prefix(Self.most)
        try take(next.map(\.messageId), rows) { _, _ in true }
        self.way = Array(way.dropFirst(next.count))
        (progress.backAt, progress.backId) = (next.last?.at, next.last?.messageId.rawValue)
        hasMore = !next.isEmpty
    }

    private func isBehind(_ place: Place) -> Bool {
        (place.at, place.messageId.rawValue) < (progress.backAt ?? place.at, progress.backId ?? "")
    }

    private mutating func take(_ ids: [Message.ID], _ rows: LandlordRows, isOld: (SearchProgress, Message) -> Bool) throws {
        let messages = try rows.messages(ids: ids), known = try rows.searchDocuments(of: ids)
        for (id, document) in known where messages[id] == nil { gone.append((id, document.number)) }
        let inOrder = messages.values.sorted { ($0.at, $0.messageId) < ($1.at, $1.messageId) }
        for message in inOrder where !isOld(read, message) { take(message, known[message.messageId], isOld: false) }
        for message in inOrder.reversed() where isOld(read, message) { take(message, known[message.messageId], isOld: true) }
    }

    private mutating func take(_ message: Message, _ known: StoredDocument?, isOld: Bool) {
        let words = SearchWords.all(in: message.searchable), digest = String(secretHash(words.joined(separator: " ")).prefix(16))
        guard !words.isEmpty else {
            if let known { gone.append((message.messageId, known.number)) }
            return
        }
        // Most changes are ticks.
        guard known?.digest != digest else { return }
        let number = known?.number ?? newNumber(isOld: isOld)
        documents.append(
            SearchIndex.Document(message: message.messageId, number: number, digest: digest, words: words, isNew: known == nil))
    }

    private mutating func newNumber(isOld: Bool) -> Int64 {
        let number = isOld ? progress.backNumber : progress.nextNumber
        if isOld { progress.backNumber -= 1 } else { progress.nextNumber += 1 }
        return number
    }
}

struct StoredDocument: Decodable {
    let messageId: Message.ID
    let number: Int64
    let digest: String
}

extension LandlordRows {
    fileprivate func searchDocuments(of messages: [Message.ID]) throws -> [Message.ID: StoredDocument] {
        let found = try db.all(
            StoredDocument.self,
            """
            WITH wanted (owner, wanted_id) AS \(wanted(messages))
            SELECT d.message_id, d.number, d.digest FROM wanted CROSS JOIN search_documents d
            WHERE d.landlord_id = owner AND d.message_id = wanted_id
            """)
        return Dictionary(found.map { ($0.messageId, $0) }, uniquingKeysWith: { first, _ in first })
    }

    fileprivate func messages(before progress: SearchProgress, limit: Int) throws -> [SearchStep.Place] {
        try db.all(
            SearchStep.Place.self,
            """
            SELECT at, message_id FROM messages
            WHERE landlord_id = \(landlord) AND (at, message_id) < (\(progress.backAt), \(progress.backId))
            ORDER BY at DESC, message_id DESC LIMIT \(limit)
            """)
    }
}
