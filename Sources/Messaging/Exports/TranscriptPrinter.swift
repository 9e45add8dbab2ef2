import Foundation
import SQLDatabase

/// Makes the PDF of a conversation: chapter by chapter, so that the longest one needs no more memory than a chapter, then put together.
struct TranscriptPrinter {
    /// Messages of a chapter, bytes of the pictures in it, and for how many of them a byte of words counts: setting words takes longer.
    static let longest = 400, heaviest = 12 << 20, wordsWeight = 40

    let subject: ExportSubject
    let database: any Database
    let store: any MediaStore
    let typesetter: Typesetter
    let folder: URL
    let progress: ExportProgress

    func print() async throws -> IncomingFile {
        let landlord = landlord
        let state = try await database.read { try Chain(rows: LandlordRows(landlord, $0)).state() } ?? .start
        var parts: [URL] = [], pages = 0, done = 0, cursor: Cursor?
        repeat {
            let (chapter, next) = try await self.chapter(after: cursor, isFirst: parts.isEmpty, firstPage: pages + 1, chain: state)
            let pdf = folder.appending(path: "chapter-\(parts.count).pdf")
            pages += try await typesetter.typeset(try typesetter.sheet(chapter), into: pdf)
            parts.append(pdf)
            done += chapter.messages.count
            cursor = next
            await progress.reached(done, of: max(subject.messages, done))
        } while cursor != nil
        return try await taken(from: try await typesetter.unite(parts, in: folder))
    }

    private var landlord: Landlord.ID { subject.landlord.landlordID }

    private func taken(from pdf: URL) async throws -> IncomingFile {
        let file = try IncomingFile(in: store.incoming)
        do {
            try await onDisk {
                let handle = try FileHandle(forReadingFrom: pdf)
                defer { try? handle.close() }
                while let piece = try handle.read(upToCount: 1 << 20), !piece.isEmpty { try file.append(piece) }
            }
            return file
        } catch {
            file.discard()
            throw error
        }
    }

    private func chapter(
        after cursor: Cursor?, isFirst: Bool, firstPage: Int, chain: ChainState
    ) async throws -> (chapter: Chapter, next: Cursor?) {
        let landlord = landlord, conversation = subject.conversation.id
        let found = try await database.read { db in
            try LandlordRows(landlord, db).messages(of: conversation, after: cursor ?? .beginning, limit: Self.longest + 1).items
        }
        let media = try await database.read { try LandlordRows(landlord, $0).media(of: found.filter(\.mayHaveFile).map(\.messageId)) }
        let (pictures, fitting) = try await self.pictures(of: Array(found.prefix(Self.longest)), media)
        let messages = Array(found.prefix(fitting)), isLast = messages.count == found.count
        let around = try await database.read { try LandlordRows(landlord, $0).surroundings(of: messages, in: conversation) }
        let next = messages.last.map { Cursor(key: "\($0.at.milliseconds)", id: $0.messageId.rawValue) }
        let chapter = Chapter(
            export: subject.export, landlord: subject.landlord, conversation: subject.conversation, number: subject.number,
            person: subject.person, colleagues: subject.colleagues, messages: messages, quoted: around.quoted, reactions: around.reactions,
            attempts: around.attempts, media: media, pictures: pictures, total: subject.messages, isFirst: isFirst, isLast: isLast,
            firstPage: firstPage, chain: (chain.lastNumber, chain.lastLink.hexadecimal))
        return (chapter, isLast ? nil : next)
    }

    // Small pictures of photos, films and documents; and how many messages fit with theirs.
    private func pictures(
        of messages: [Message], _ media: [Message.ID: MediaFile]
    ) async throws -> (pictures: [Message.ID: String], fitting: Int) {
        var pictures: [Message.ID: String] = [:], bytes = 0
        for (place, message) in messages.enumerated() {
            bytes += message.content.utf8.count * Self.wordsWeight
            if bytes > Self.heaviest, place > 0 { return (pictures, place) }
            guard case .stored(let content)? = media[message.messageId]?.state, content.width != nil, message.revokedAt == nil,
                let picture = try await picture(MediaKey(landlord, digest: content.digest, part: .preview))
            else { continue }
            bytes += picture.utf8.count
            if bytes > Self.heaviest, place > 0 { return (pictures, place) }
            pictures[message.messageId] = picture
        }
        return (pictures, messages.count)
    }

    private func picture(_ key: MediaKey) async throws -> String? {
        do {
            let file = try await store.file(key)
            return try await onDisk { try Data(contentsOf: file).base64EncodedString() }
        } catch is MediaMissing {
            return nil
        }
    }
}

/// What a chapter tells beside its messages.
private struct Surroundings {
    var quoted: [String: Message]
    var reactions: [String: [Reaction]]
    var attempts: [Message.ID: [Attempt]]
}

extension LandlordRows {
    fileprivate func surroundings(of messages: [Message], in conversation: Conversation.ID) throws -> Surroundings {
        let quoted = try self.messages(wamids: messages.compactMap(\.replyTo), in: conversation)
        var attempts: [Message.ID: [Attempt]] = [:]
        for message in messages where [.failed, .unknown, .probablyNotSent].contains(message.status) {
            attempts[message.messageId] = try self.attempts(of: message.messageId)
        }
        let line = try self.conversation(conversation).lineID
        let reactions = try reactions(to: messages.compactMap(\.wamid), on: line).filter { $0.state == .standing }
        return Surroundings(
            quoted: Dictionary(quoted.compactMap { quote in quote.wamid.map { ($0, quote) } }, uniquingKeysWith: { first, _ in first }),
            reactions: Dictionary(grouping: reactions, by: \.targetWamid), attempts: attempts)
    }
}
