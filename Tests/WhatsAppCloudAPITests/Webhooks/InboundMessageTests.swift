import Foundation
import Testing
import WhatsAppCloudAPI

@Suite("Every kind of message from a person is understood")
struct InboundMessageTests {
    private let messages: [String: InboundMessage]

    init() throws {
        let items = try WebhookPayload.items(in: Array(fixture("inbound-every-kind").utf8))
        let found = items.compactMap(\.message)
        messages = Dictionary(uniqueKeysWithValues: found.map { (String($0.id.rawValue.suffix(2)), $0) })
        #expect(found.count == 27)
    }

    @Test("Sender, profile and time are told, whether the time is text or a number") func envelope() throws {
        let text = try #require(messages["01"])
        let image = try #require(messages["02"])

        #expect(text.from == "447700900123")
        #expect(text.fromUserID == "GB.10000000000000000001")
        #expect(text.parentUserID == "GB.ENT.20000000000000000001")
        #expect(text.username == "nadia.h")
        #expect(text.profileName == "Nadia Haddad")
        #expect(text.timestamp == Date(timeIntervalSince1970: 1_795_000_000))
        #expect(image.timestamp == Date(timeIntervalSince1970: 1_795_000_001))
        #expect(image.fromUserID == "GB.10000000000000000001", "The contacts beside the message name the person")
    }

    @Test("Escaped characters come out whole") func text() {
        #expect(messages["01"]?.content == .text(body: "The tap drips 💧 café https://example.com"))
    }

    @Test("Files keep their ID, type and caption") func media() throws {
        guard case .image(let image) = messages["02"]?.content, case .audio(let audio) = messages["04"]?.content,
            case .document(let document) = messages["05"]?.content, case .sticker(let sticker) = messages["06"]?.content,
            case .video(let video) = messages["03"]?.content
        else { return #expect(Bool(false), "A file was not read as its kind") }

        #expect(image.id == "1300000000000010" && image.mimeType == "image/jpeg" && image.caption == "Leak" && image.url != nil)
        #expect(audio.isVoice)
        #expect(document.filename == "lease.pdf" && document.caption == "Signed")
        #expect(sticker.isAnimated)
        #expect(video.sha256 == "aGFzaA==" && video.caption == nil)
    }

    @Test("Places and visiting cards are read") func placesAndCards() throws {
        guard case .location(let place) = messages["07"]?.content, case .contacts(let cards) = messages["08"]?.content else {
            return #expect(Bool(false), "A place or a card was not read as its kind")
        }

        #expect(place.latitude == 51.5 && place.longitude == -0.12 && place.name == "Office")
        #expect(cards.first?.formattedName == "Tom Ray")
        #expect(cards.first?.phones.first?.waID == "447700900456")
        #expect(cards.first?.answersRequest == true)
    }

    @Test("Answers to buttons, lists, forms and call requests are read") func answers() throws {
        #expect(messages["09"]?.content == .button(text: "I have paid", payload: "PAID:123"))
        #expect(messages["09"]?.context?.messageID == "wamid.OUT1")
        #expect(messages["10"]?.content == .buttonReply(id: "yes-42", title: "Yes"))
        #expect(messages["11"]?.content == .listReply(id: "tap", title: "Tap", description: "Drips"))
        #expect(messages["12"]?.content == .flowReply(name: "flow", body: "Sent", responseJSON: #"{"flow_token":"t-1"}"#))
        let until = Date(timeIntervalSince1970: 1_795_600_000)
        #expect(messages["13"]?.content == .callPermission(response: "accept", expiresAt: until))
    }

    @Test("A reaction names its target, and an empty one takes it away") func reactions() {
        #expect(messages["14"]?.content == .reaction(target: "wamid.OUT1", emoji: "❤️"))
        #expect(messages["15"]?.content == .reaction(target: "wamid.OUT1", emoji: nil))
    }

    @Test("Orders, system notices, edits and deletions are read") func rest() throws {
        guard case .order(let order) = messages["16"]?.content, case .system(let notice) = messages["17"]?.content else {
            return #expect(Bool(false), "An order or a notice was not read as its kind")
        }

        #expect(order.catalogID == "1500000000000001" && order.items.first?["item_price"]?.double == 9.5)
        #expect(notice.kind == .identityChanged && notice.identityHash == "Sjvjlx8G6Z0=")
        #expect(messages["18"]?.content == .edit(original: "wamid.IN01", content: .text(body: "The tap drips badly")))
        #expect(messages["19"]?.content == .revoke(original: "wamid.IN01"))
        #expect(messages["20"]?.content == .requestWelcome)
    }

    @Test("What Meta does not hand on survives with its reason") func unsupported() {
        #expect(messages["21"]?.content == .unsupported(kind: "poll"))
        #expect(messages["21"]?.errors.first?.details == "Polls are not supported.")
        #expect(messages["22"]?.content == .unsupported(kind: nil))
        #expect(messages["23"]?.content == .unknown(type: "interactive"))
        #expect(messages["23"]?.errors.first?.entry.remedy == .retrySoon)
    }

    @Test("A kind that Meta adds tomorrow survives as it came, its numbers exact") func tomorrow() {
        #expect(messages["24"]?.content == .unknown(type: "hologram"))
        #expect(messages["24"]?.raw["hologram"]?["id"] == .integer(9_007_199_254_740_993))
    }

    @Test("Forwards, groups and advertisements are told") func contexts() {
        #expect(messages["25"]?.context?.forwarded == true && messages["25"]?.context?.frequentlyForwarded == true)
        #expect(messages["25"]?.context?.messageID == nil)
        #expect(messages["26"]?.groupID == "group-1")
        #expect(messages["27"]?.referral?["source_type"] == "ad")
    }

    @Test("Only what the person writes to us opens the 24-hour window") func window() {
        let opening = messages.filter { $0.value.opensWindow }.keys.sorted()

        let written = (1...13).map { ($0 < 10 ? "0" : "") + "\($0)" }
        #expect(opening == written + ["16", "21", "24", "25", "27"])
    }

    @Test("A person without a number is known by the business-scoped ID alone") func withoutNumber() throws {
        let items = try WebhookPayload.items(in: Array(fixture("inbound-person-without-number").utf8))
        let message = try #require(items.first?.message)

        #expect(message.from == nil)
        #expect(message.fromUserID == Cast.ines)
        #expect(message.profileName == "Ines" && message.username == "ines.c")
        #expect(message.opensWindow)
    }

    @Test("A changed number or ID is told by old sender and new value") func changedNumber() throws {
        let items = try WebhookPayload.items(in: Array(fixture("inbound-number-changed").utf8))
        let notices = items.compactMap(\.message).compactMap { message -> SystemNotice? in
            if case .system(let notice) = message.content { notice } else { nil }
        }

        #expect(items.first?.message?.from == "447700900123")
        #expect(notices.map(\.kind) == [.numberChanged, .userIDChanged])
        #expect(notices.first?.waID == "447700900999")
        #expect(notices.map(\.userID) == ["GB.10000000000000000002", "GB.10000000000000000004"])
    }
}

extension WebhookItem {
    var message: InboundMessage? {
        if case .message(let message) = content { message } else { nil }
    }

    var status: StatusUpdate? {
        if case .status(let status) = content { status } else { nil }
    }
}
