import Foundation
import Logging
import SQLDatabase
import Synchronization

/// Makes the files that `ExportQueue` claims, and deletes those whose days are over.
struct ExportLoop: Sendable {
    let transfers: TransferLoop<ExportQueue>
    let database: any Database
    let chain: ChainLoop
    let store: any MediaStore
    let keys: TokenKeys
    let typesetter: Typesetter?
    let leases: LeaseClock
    let hub: EventHub
    let logger: Logger
    // One at a time: others have the machine too.
    private let gate = Gate(1)

    func run() async {
        async let ends: Void = forgetOld()
        await transfers.run { await make($0) }
        await ends
    }

    private func make(_ wanted: WantedExport) async {
        await gate.pass()
        defer { gate.leave() }
        let outcome = await outcome(of: wanted)
        if case .again(let why) = outcome {
            logger.warning(
                "An export failed",
                metadata: [
                    "landlord": "\(wanted.landlord)", "export": "\(wanted.export.exportId)", "try": "\(wanted.tries)", "reason": "\(why)",
                ])
        }
        await transfers.record { try $0.record(outcome, of: wanted) }
    }

    private func outcome(of wanted: WantedExport) async -> ExportOutcome {
        let folder = store.incoming.appending(path: UUID().uuidString.lowercased())
        defer { try? FileManager.default.removeItem(at: folder) }
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
            // What is in it, and that it was taken, stands in the chain before the file is made.
            try await chain.catchUp(wanted.landlord)
            let file = try await file(of: wanted, in: folder)
            defer { file.discard() }
            let digest = try file.finish().hexadecimal
            try await store.keep(file.url, as: MediaKey(wanted.landlord, digest: digest, part: .export))
            return .ready(digest: digest, bytes: file.bytes)
        } catch let missing as ToolMissing {
            return .failed(words: "\(missing)")
        } catch {
            return Task.isCancelled ? .released : .again(why: "\(error)")
        }
    }

    private func file(of wanted: WantedExport, in folder: URL) async throws -> IncomingFile {
        let progress = ExportProgress(wanted, transfers)
        let subject = try await database.read { try LandlordRows(wanted.landlord, $0).exported(wanted.export) }
        switch wanted.export.format {
        case .bundle:
            let key = try await ProofKey.load(from: database, keys: keys)
            return try await BundleWriter(
                subject: subject, database: database, store: store, key: key, folder: folder, progress: progress
            ).write()
        case .pdf:
            guard let typesetter else { throw ToolMissing(tool: "weasyprint") }
            return try await TranscriptPrinter(
                subject: subject, database: database, store: store, typesetter: typesetter, folder: folder, progress: progress
            ).print()
        }
    }

    private func forgetOld() async {
        while !Task.isCancelled {
            do {
                try await forgetSome()
            } catch {
                if !Task.isCancelled { logger.error("Old exports could not be deleted", metadata: ["error": "\(error)"]) }
            }
            try? await Task.sleep(for: .seconds(600))
        }
    }

    /// The file goes first: what is found twice is deleted twice.
    func forgetSome() async throws {
        let leases = leases
        let old = try await database.read { try ExportQueue(db: $0, now: leases.now(on: $0), process: "").expired() }
        for export in old { try await store.forget(MediaKey(export.landlordId, digest: export.digest, part: .export)) }
        guard !old.isEmpty else { return }
        await hub.wake(try await database.write { try ExportQueue(db: $0, now: leases.now(on: $0), process: "").forget(old) })
    }
}

/// What a copy is made of, as it stood when it was begun.
struct ExportSubject: Sendable {
    let export: Export
    let landlord: Landlord
    let conversation: Conversation
    /// The landlord's number in this conversation.
    let number: String?
    /// Who asked for it, by name.
    let person: String
    let colleagues: [Person.ID: String]
    let messages: Int
}

extension LandlordRows {
    func exported(_ export: Export) throws -> ExportSubject {
        let owner = try db.first(Landlord.self, "SELECT landlord_id, name FROM landlords WHERE landlord_id = \(landlord)")
        guard let owner else { throw NotFound() }
        let thread = try conversation(export.conversationId)
        let named = try db.all(
            MemberName.self, "SELECT person_id, name FROM members WHERE landlord_id = \(landlord) AND name IS NOT NULL")
        let names = Dictionary(named.map { ($0.personId, $0.name) }, uniquingKeysWith: { first, _ in first })
        return ExportSubject(
            export: export, landlord: owner, conversation: thread,
            number: try db.first(
                String.self, "SELECT phone_number FROM lines WHERE landlord_id = \(landlord) AND line_id = \(thread.lineID)"),
            person: names[export.personId] ?? owner.name, colleagues: names,
            messages: try db.first(
                Int.self,
                """
                SELECT COUNT(*) FROM messages
                WHERE landlord_id = \(landlord) AND conversation_id = \(export.conversationId) AND \(Message.standsAlone)
                """) ?? 0)
    }
}

private struct MemberName: Decodable {
    let personId: Person.ID
    let name: String
}

/// Tells the page now and then how far an export has come.
final class ExportProgress: Sendable {
    private let wanted: WantedExport
    private let transfers: TransferLoop<ExportQueue>
    private let told = Mutex<ContinuousClock.Instant?>(nil)

    init(_ wanted: WantedExport, _ transfers: TransferLoop<ExportQueue>) {
        (self.wanted, self.transfers) = (wanted, transfers)
    }

    func reached(_ done: Int, of total: Int) async {
        let isDue = told.withLock { told in
            guard told.map({ $0.duration(to: .now) > .seconds(1) }) ?? true else { return false }
            told = .now
            return true
        }
        guard isDue, done < total else { return }
        let wanted = wanted
        await transfers.record { try $0.note(done, of: total, for: wanted) }
    }
}
