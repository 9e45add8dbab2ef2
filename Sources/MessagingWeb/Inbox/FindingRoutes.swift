import Foundation
import Hummingbird
import Messaging

/// The inbox's list, conversations at any place in them, and what was sent in them.
struct FindingRoutes {
    let views: Views

    func add(to router: some RouterMethods<LandlordContext>) {
        router.get("/inbox", use: list)
        router.get("/inbox/:conversation", use: show)
        router.get("/inbox/:conversation/gallery", use: gallery)
    }

    @Sendable private func list(_ request: Request, context: LandlordContext) async throws -> Response {
        try await .html(views.page(context.inbox.page(part: try request.part, after: request.cursor())))
    }

    @Sendable private func show(_ request: Request, context: LandlordContext) async throws -> Response {
        let id: Conversation.ID = try context.id("conversation")
        if let day = try request.query("day") { return try await jump(to: day, in: id, context) }
        let reply = try request.query("reply").flatMap(FormFields.quote)
        let (written, gaps) = try await context.inbox.chosen(request.query("quick"), in: id)
        let page = try await context.inbox.page(
            part: try request.part, notice: gaps.map { ($0, written.draft) }, open: id, at: try request.place, answering: reply,
            written: written)
        let html = try views.page(page)
        // Whoever opens a thread has read it for all, unless it is open at an older place; the page still shows the line above what was new.
        if page.thread?.isHistory != true, context.desk.may(.organise) { try await context.desk.markRead(id) }
        return .html(html)
    }

    /// To the first message of a day, or else of the next one that has any; to the end when none has.
    private func jump(to day: String, in id: Conversation.ID, _ context: LandlordContext) async throws -> Response {
        let words = context.inbox.words
        let first = try await context.desk.firstMessage(of: id, since: words.start(ofDay: day) ?? words.now)
        guard let first, words.start(ofDay: day) != nil else { return .seeOther(Paths.conversation(id.rawValue)) }
        let place = Paths.conversation(id.rawValue, around: first.messageId.rawValue).prefix { $0 != "#" }
        return .seeOther("\(place)#\(DayDivider.id(of: first.at, words: words))")
    }

    @Sendable private func gallery(_ request: Request, context: LandlordContext) async throws -> Response {
        let desk = context.desk, words = context.inbox.words
        let conversation = try await desk.conversation(context.id("conversation"))
        let frame = try await desk.frame(title: "Pictures and files", csrf: context.visitor.csrf, section: .inbox)
        let page = try await FindingReader(desk: desk, words: words)
            .gallery(of: conversation, before: request.cursor(), frame: frame)
        return .html(try views.page(page))
    }
}

extension Request {
    /// What somebody looks for. Whatever it is, it is no error: what is too long is cut.
    var searched: String {
        // A form writes a blank as a plus sign.
        let asked = uri.query?.split(separator: "&").first { $0.hasPrefix("q=") }?.dropFirst(2)
        let text = asked?.replacing("+", with: " ").removingPercentEncoding ?? ""
        return String(String.UnicodeScalarView(text.unicodeScalars.filter { $0 != "\0" }.prefix(500)))
            .trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// The part of the list that is wanted; all of it when there is no such part.
    fileprivate var part: ListPart {
        get throws {
            let choice = try query("show").flatMap(ListChoice.init(rawValue:)) ?? .all
            return ListPart(choice, property: try query("property"), search: searched)
        }
    }

    /// Where in the conversation; at its end when there is no such place.
    fileprivate var place: StretchPlace {
        get throws {
            if let message = try query("message") { return .around(Message.ID(message)) }
            if let cursor = try query("before").flatMap({ Cursor($0) }) { return .before(cursor) }
            if let cursor = try query("after").flatMap({ Cursor($0) }) { return .after(cursor) }
            return .newest
        }
    }
}
