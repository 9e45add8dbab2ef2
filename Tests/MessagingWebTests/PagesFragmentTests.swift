import Foundation
import Testing

@testable import MessagingWeb

@Suite("Fragments")
struct FragmentTests {
    private let views: Views

    init() throws { views = try Views() }

    @Test("A page shows a message exactly as the live stream carries it")
    func samePage() throws {
        let message = MessageBubble.sample
        let page = InboxPage(frame: Cast.frame("Inbox", pane: .thread), rows: [], thread: Cast.thread([.message(message)]))

        #expect(try views.page(page).contains(try views.fragment(message)))
    }

    @Test("What people write is shown, never obeyed")
    func escaped() throws {
        let attack = "<script>alert(1)</script>\" onload=\"x"
        let message = Cast.incoming("1", .text(attack), at: "2026-11-23T10:00:00Z")
        let row = ConversationRow(
            conversation: "c", plate: DoorPlate(unit: attack, property: nil), name: attack, home: attack, lastAt: Cast.words.now,
            preview: (nil, attack), words: Cast.words)

        for html in [try views.fragment(message), try views.fragment(row)] {
            #expect(!html.contains("<script"))
            #expect(!html.contains("\" onload"))
            #expect(html.contains("&lt;script&gt;"))
        }
    }

    @Test("A message whose fate is unknown offers nothing that could send it twice")
    func checkingHasNoAction() throws {
        let checking = Cast.outgoing(
            "1", "Hello", .checking(.checking(name: "Nadia", attempts: Cast.lostAnswer)), at: "2026-11-23T10:00:00Z")
        let probablyNot = Cast.outgoing(
            "1", "Hello", .checking(.probablyNotSent(name: "Nadia", message: "1", in: Cast.conversation)), at: "2026-11-23T10:00:00Z")

        #expect(try !views.fragment(checking).contains("<form"))
        #expect(try views.fragment(probablyNot).contains(#"action="/inbox/c-nadia/messages/1/again""#))
    }

    @Test(
        "Every fate of a message has its own sign and word",
        arguments: [
            (Delivery.waiting, "waiting", "Waiting"), (.sent, "sent", "Sent"), (.delivered(at: nil), "delivered", "Delivered"),
            (.read(at: nil), "read", "Read"),
            (.failed(Slip(reason: "No")), "failed", "Not delivered"), (.checking(.checking(name: "Tom")), "checking", "Checking"),
        ])
    func ticks(delivery: Delivery, shape: String, word: String) throws {
        let html = try views.fragment(Cast.outgoing("1", "Hello", delivery, at: "2026-11-23T10:00:00Z"))

        #expect(html.contains("#t-\(shape)\""))
        #expect(html.contains(">\(word)</span>"))
    }

    @Test("The window turns brass under three hours, and closed it offers templates only")
    func composer() throws {
        func html(_ mode: Composer.Mode) throws -> String {
            try views.fragment(Composer(conversation: "c", firstName: "Ines", mode: mode, clientMessageID: "1", words: Cast.words))
        }

        #expect(try html(.open(until: Cast.words.now.addingTimeInterval(3 * 3600))).contains(#"class="window ""#))
        #expect(try html(.open(until: Cast.words.now.addingTimeInterval(3 * 3600 - 1))).contains(#"class="window soon""#))
        let closed = try html(.closed(lastWrote: nil, templates: TemplateChoice.samples))
        #expect(!closed.contains("<textarea"))
        #expect(closed.contains(#"action="/inbox/c/templates""#))
        #expect(closed.contains("Ines has not written yet"))
        #expect(try !html(.closed(lastWrote: nil, templates: [])).contains(#"class="fill""#))
        #expect(try html(.noLine).contains(#"href="/connect""#))
        #expect(try !html(.silent(why: "Grace said STOP.")).contains("<form"))
    }

    @Test("A fragment is whole elements that carry their place")
    func topLevel() throws {
        for message in MessageBubble.samples {
            let html = try views.fragment(message)
            #expect(html.hasPrefix("<article class=\"msg") || html.hasPrefix("<p class=\"event\""))
            #expect(html.contains(#"data-into="messages-c-nadia""#))
            #expect(html.hasSuffix(">"))
        }
        #expect(
            try views.fragment(ConversationRow.sample).hasPrefix(
                #"<li id="conversation-c-nadia" data-into="conversations" data-order="2026-"#))
    }

    @Test("Assets change their address with their content, and only known kinds are served")
    func assets() {
        #expect(StaticAssets.file(at: "css/tokens.css")?.mediaType == "text/css; charset=utf-8")
        #expect(StaticAssets.file(at: "js/app.js")?.mediaType == "text/javascript; charset=utf-8")
        #expect(StaticAssets.file(at: "../Views/layout.mustache") == nil)
        #expect(Paths.assets == "/assets/\(StaticAssets.digest)")
        #expect(StaticAssets.digest.count > 8)
    }
}
