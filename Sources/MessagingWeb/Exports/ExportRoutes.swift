import Foundation
import Hummingbird
import Messaging
import WhatsAppCloudAPI

/// Copies of conversations: asked for, followed, and fetched at an address that lives some minutes.
struct ExportRoutes {
    let views: Views

    func add(to router: some RouterMethods<LandlordContext>) {
        router.post("/inbox/:conversation/exports", use: ask)
        router.get("/inbox/:conversation/exports/:export/file", use: lead)
    }

    func addAPI(to router: some RouterMethods<LandlordContext>) {
        router.post("conversations/:conversation/exports", use: begin)
        router.get("conversations/:conversation/exports/:export", use: describe)
        router.get("exports/key", use: key)
    }

    /// A script gets the new line of the list, or the section with the reason why not; a plain form the page.
    @Sendable private func ask(_ request: Request, context: LandlordContext) async throws -> Response {
        let id: Conversation.ID = try context.id("conversation")
        let asked = FormFields(try await request.bytes(upTo: longestBody))["format"] ?? ""
        // Whose it is comes first: a stranger learns nothing from what else is wrong.
        _ = try await context.desk.conversation(id)
        let format = try Self.format(asked), isScript = request.headers[.fragment] != nil
        do {
            let export = try await context.desk.export(id, as: format)
            guard isScript else { return .seeOther(Paths.conversation(id.rawValue) + "#about") }
            return .html(try await context.inbox.exportItems([export]).map { try views.fragment($0) }.joined())
        } catch let refusal as ExportRefusal where isScript {
            let section = try await context.inbox.exports(of: id, notice: refusal.message)
            return .html(try section.map { try views.fragment($0) } ?? "", status: .unprocessableContent)
        }
    }

    @Sendable private func lead(_ request: Request, context: LandlordContext) async throws -> Response {
        let pass = try await context.desk.pass(for: context.id("export"), of: context.id("conversation"))
        return Response(status: .found, headers: [.location: MediaRoutes.address(of: pass), .cacheControl: "no-store"])
    }

    private struct Question: Decodable {
        let format: String
    }

    @Sendable private func begin(_ request: Request, context: LandlordContext) async throws -> Response {
        let id: Conversation.ID = try context.id("conversation")
        _ = try await context.desk.conversation(id)
        let format = try Self.format(try await request.json(Question.self).format)
        return .json(try await json(try await context.desk.export(id, as: format), context), status: .accepted)
    }

    @Sendable private func describe(_ request: Request, context: LandlordContext) async throws -> Response {
        .json(try await json(try await context.desk.export(context.id("export"), of: context.id("conversation")), context))
    }

    @Sendable private func key(_ request: Request, context: LandlordContext) async throws -> Response {
        .json(["algorithm": "Ed25519", "publicKey": .string(try await context.desk.proofPublicKey())])
    }

    private static func format(_ text: String) throws -> Export.Format {
        guard let format = Export.Format(rawValue: text) else { throw Refusal.badRequest("format must be pdf or bundle.", field: "format") }
        return format
    }

    /// `url` needs no token and lives until `urlExpiresAt`; the file until `expiresAt`.
    private func json(_ export: Export, _ context: LandlordContext) async throws -> JSONValue {
        var members: [String: JSONValue] = [
            "id": .id(export.exportId), "conversationId": .id(export.conversationId), "format": .string(export.format.rawValue),
            "status": .string(export.state.rawValue), "createdAt": .time(export.createdAt), "finishedAt": .time(export.finishedAt),
            "expiresAt": .time(export.expiresAt), "done": .integer(Int64(export.done)),
            "total": export.total.map { .integer(Int64($0)) } ?? .null, "problem": .text(export.problem),
        ]
        if export.state == .ready {
            let pass = try await context.desk.pass(for: export.exportId, of: export.conversationId)
            members["sha256"] = .text(export.digest)
            members["bytes"] = export.bytes.map { .integer(Int64($0)) } ?? .null
            (members["url"], members["urlExpiresAt"]) = (.string(MediaRoutes.address(of: pass)), .time(pass.expiresAt))
        }
        return .object(members)
    }
}

extension InboxReader {
    /// Nil where no copies can be made.
    func exports(of conversation: Conversation.ID, notice: String? = nil) async throws -> ExportSection? {
        guard desk.canExport else { return nil }
        // A key that cannot be opened spoils no page: the export itself then says so.
        let key = try? await desk.proofPublicKey()
        return ExportSection(
            conversation: conversation.rawValue, items: try await exportItems(desk.exports(of: conversation)), publicKey: key,
            mayAsk: desk.may(.organise), notice: notice, csrf: csrf)
    }

    func exportItems(_ exports: [Export]) async throws -> [ExportItem] {
        guard !exports.isEmpty else { return [] }
        let colleagues = try await desk.colleagues()
        return exports.filter { $0.state != .gone }.map { export in
            ExportItem(export, by: colleagues[export.personId] ?? (export.personId == desk.person ? "you" : "a colleague"), words: words)
        }
    }
}

extension ExportItem {
    init(_ export: Export, by name: String, words: TimeWords) {
        let state: State =
            switch export.state {
            case .wanted: .making(done: export.done, total: export.total)
            case .ready:
                .ready(size: ByteWords.size(export.bytes ?? 0), until: words.date(export.expiresAt ?? export.createdAt))
            case .failed, .gone: .failed(why: export.problem ?? "It could not be made. Ask for it again.")
            }
        self.init(
            id: export.exportId.rawValue, conversation: export.conversationId.rawValue, name: export.format == .pdf ? "PDF" : "Bundle",
            icon: export.format == .pdf ? "sheet" : "lock", order: "\(TimeWords.stamp(export.createdAt)) \(export.exportId)", state: state,
            made: "\(words.when(export.createdAt)) by \(name)")
    }
}
