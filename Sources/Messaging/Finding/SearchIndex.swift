import SQLDatabase

/// The index of words on both engines: the only place where they differ. A landlord's messages have numbers, and lie in boxes of so many of them;
/// each word of the index bears its landlord and its box. So a search reads what is this landlord's and no more, the newest box first, and ends
/// as soon as it has enough: how often a word was ever said does not matter.
enum SearchIndex {
    /// Messages in a box, as a power of two: 4,096. So many are read at most for one that is wanted, and a million of them are 245 boxes.
    private static let boxBits: Int64 = 12

    /// A message as it stands in the index.
    struct Document {
        let message: Message.ID
        let number: Int64
        let digest: String
        let words: [String]
        let isNew: Bool
    }

    static func box(of number: Int64) -> Int64 { number >> boxBits }

    /// Writes documents, new ones and changed ones, and takes others out.
    static func write(
        _ documents: [Document], removing gone: [(message: Message.ID, number: Int64)], of progress: SearchProgress, on db: any Connection
    ) throws {
        let landlord = progress.landlordId, landlordNumber = progress.landlordNumber
        try db.executeWithNext(each: gone) { "DELETE FROM search_documents WHERE landlord_id = \(landlord) AND message_id = \($0.message)" }
        switch db.dialect {
        case .postgres:
            try db.executeWithNext(each: documents) { document in
                """
                INSERT INTO search_documents (landlord_id, message_id, number, digest, words)
                VALUES (\(landlord), \(document.message), \(document.number), \(document.digest),
                    CAST(\(text(of: document, progress)) AS tsvector))
                ON CONFLICT (landlord_id, message_id) DO UPDATE SET digest = excluded.digest, words = excluded.words
                """
            }
        case .sqlite:
            try db.executeWithNext(each: documents) { document in
                """
                INSERT INTO search_documents (landlord_id, message_id, number, digest)
                VALUES (\(landlord), \(document.message), \(document.number), \(document.digest))
                ON CONFLICT (landlord_id, message_id) DO UPDATE SET digest = excluded.digest
                """
            }
            let before = gone.map(\.number) + documents.filter { !$0.isNew }.map(\.number)
            try db.executeWithNext(each: before) { "DELETE FROM search_words WHERE rowid = \(row($0, landlordNumber))" }
            // In rising order, in which it gathers them best.
            try db.executeWithNext(each: documents.sorted { $0.number < $1.number }) {
                "INSERT INTO search_words (rowid, words) VALUES (\(row($0.number, landlordNumber)), \(text(of: $0, progress)))"
            }
        }
    }

    /// A small step of putting together what many writes have left, in a transaction of its own. PostgreSQL does so by itself.
    static func merge(on db: any Connection) throws {
        guard db.dialect == .sqlite else { return }
        try db.execute("INSERT INTO search_words (search_words, rank) VALUES ('merge', 16)")
    }

    /// Numbers below `limit` of messages in these boxes that a question finds, the highest first.
    static func numbers(
        finding query: SearchQuery, in boxes: some Sequence<Int64>, below limit: Int64, atMost most: Int, of progress: SearchProgress
    ) -> SQL {
        let boxes = Array(boxes)
        func questions(_ joined: String, _ word: (String, _ isBeginning: Bool) -> String) -> [(String, String)] {
            // Words hold letters, digits and picture characters only (`SearchWords`): there is nothing to escape.
            boxes.map { box in
                let sign = sign(box: box, progress.landlordNumber)
                return ("\(box)", query.words.map { word(sign + $0, $0 == query.beginning) }.joined(separator: joined))
            }
        }
        return SQL(
            sqlite: """
                WITH wanted (box, question) AS \(pairs: questions(" AND ") { "\"\($0)\"" + ($1 ? "*" : "") })
                SELECT d.number, d.message_id FROM wanted CROSS JOIN search_words w CROSS JOIN search_documents d
                WHERE w.search_words MATCH question AND d.landlord_id = \(progress.landlordId)
                    AND d.number = w.rowid - \(row(0, progress.landlordNumber)) AND d.number < \(limit)
                ORDER BY d.number DESC LIMIT \(most)
                """,
            // Asked by words alone, whatever it takes a landlord's rows for: the words are the landlord's own.
            postgres: """
                WITH wanted (box, question) AS \(pairs: questions(" & ") { "'\($0)'" + ($1 ? ":*" : "") })
                SELECT d.number, d.message_id FROM wanted CROSS JOIN LATERAL (
                    SELECT landlord_id, number, message_id FROM search_documents WHERE words @@ CAST(question AS tsquery) OFFSET 0) d
                WHERE d.landlord_id = \(progress.landlordId) AND d.number < \(limit)
                ORDER BY d.number DESC LIMIT \(most)
                """)
    }

    private static func text(of document: Document, _ progress: SearchProgress) -> String {
        let sign = sign(box: box(of: document.number), progress.landlordNumber)
        return document.words.map { sign + $0 }.joined(separator: " ")
    }

    /// What stands before each word of a box: "17a3x" is the third box of the landlord with the number 17, "17b3x" the third one back in time.
    private static func sign(box: Int64, _ landlord: Int64) -> String { "\(landlord)\(box < 0 ? "b\(-box)" : "a\(box)")x" }

    /// Where SQLite's index keeps a landlord's message.
    private static func row(_ number: Int64, _ landlord: Int64) -> Int64 { landlord << 40 + (1 << 39) + number }
}
