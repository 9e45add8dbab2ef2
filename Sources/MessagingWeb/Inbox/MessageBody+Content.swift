import Foundation
import Messaging
import WhatsAppCloudAPI

extension MessageBubble.Body {
    /// - Parameter place: where the message's file is, if it has one.
    init(_ message: Message, file place: MessageBubble.Media.Place = .untold) {
        let shown = message.editedContent ?? message.content
        let body = Self(content: shown, type: message.type, preview: message.preview, direction: message.direction, file: place)
        self = message.revokedAt == nil ? body : .deleted(said: body.preview.text)
    }

    /// - Parameters:
    ///   - content: Meta's JSON of the message.
    ///   - preview: what it says as text; templates are shown by it.
    init(
        content: String, type: String, preview: String, direction: Message.Direction, file place: MessageBubble.Media.Place = .untold
    ) {
        guard let json = try? JSONValue(parsing: Array(content.utf8)) else {
            self = .unknown(kind: type, original: content)
            return
        }
        if json["type"]?.string == "template" {
            self = .text(preview)
            return
        }
        if type == "call" {
            self = .event(icon: .phone, words: preview)
            return
        }
        if let asked = try? json["interactive"].map({ try OutgoingQuestion($0) }) {
            self = .asked(asked.body, MessageBubble.Choices(asked))
            return
        }
        self.init(InboundContent(message: json), type: type, original: content, place)
    }

    private init(_ content: InboundContent, type: String, original: String, _ place: MessageBubble.Media.Place) {
        self =
            switch content {
            case .text(let body): .text(body)
            case .image(let media): .media(.init(.image, at: place), caption: media.caption)
            case .video(let media): .media(.init(.video, at: place), caption: media.caption)
            case .audio(let media): .media(.init(media.isVoice ? .voice : .audio, at: place), caption: nil)
            case .document(let media): .media(.init(.document, name: FileName.plain(media.filename), at: place), caption: media.caption)
            case .sticker: .media(.init(.sticker, at: place), caption: nil)
            case .location(let place):
                .location(.init(name: place.name, address: place.address, latitude: place.latitude, longitude: place.longitude))
            case .contacts(let people):
                .contacts(people.map { .init(cardName: $0.formattedName ?? "Somebody", numbers: $0.phones.compactMap(\.phone)) })
            case .button(let text, _): .picked(text)
            case .buttonReply(_, let title): .picked(title)
            case .listReply(_, let title, let description): .picked([title, description].compactMap { $0 }.joined(separator: "\n"))
            case .flowReply(_, let body, let response): .form(.init(title: body, answers: .init(response)))
            case .order(let order): .order(.init(order.items.map(MessageBubble.Order.Item.init)), note: order.text)
            case .callPermission(let response, _):
                .event(icon: .phone, words: response == "accept" ? "Allowed you to call" : "Does not want to be called")
            case .system(let notice): .event(icon: .swap, words: notice.body ?? "Something changed on this person’s WhatsApp")
            case .requestWelcome: .event(icon: .user, words: "Opened the chat for the first time")
            case .reaction, .edit, .revoke, .unsupported, .unknown: .unknown(kind: type, original: original)
            }
    }
}

extension OutgoingQuestion {
    fileprivate init(_ json: JSONValue) throws {
        self = try JSONDecoder().decode(OutgoingQuestion.self, from: Data(json.serialized))
    }
}

extension MessageBubble.Choices {
    fileprivate init(_ question: OutgoingQuestion) {
        switch question.choice {
        case .buttons(let buttons): self.init(heading: question.header, footing: question.footer, presses: buttons.map(\.title))
        case .list(let opener, let sections):
            let parts = sections.map { part in
                Part(partName: part.title, rows: part.rows.map { Row(rowName: $0.title, rowHint: $0.description) })
            }
            self.init(heading: question.header, footing: question.footer, list: List(opener: opener, parts: parts))
        case .link(let title, let address):
            self.init(heading: question.header, footing: question.footer, press: Link(pressName: title, pressHref: address))
        }
    }
}

extension MessageBubble.Advertisement {
    /// Nil when the message does not come from one.
    init?(_ message: Message) {
        guard message.content.contains(#""referral""#), let json = try? JSONValue(parsing: Array(message.content.utf8)),
            let referral = json["referral"], referral.object != nil
        else { return nil }
        self.init(
            isPost: referral["source_type"]?.string == "post", title: referral["headline"]?.string, text: referral["body"]?.string,
            link: referral["source_url"]?.string)
    }
}

extension MessageBubble.Order.Item {
    fileprivate init(_ item: JSONValue) {
        self.init(
            quantity: item["quantity"]?.double ?? 1, product: item["product_retailer_id"]?.identifier ?? "Product",
            each: item["item_price"]?.double, currency: item["currency"]?.string)
    }
}

extension [MessageBubble.Form.Answer] {
    /// - Parameter response: Meta's text that holds a JSON object.
    fileprivate init(_ response: String) {
        let given = (try? JSONValue(parsing: [UInt8](response.utf8)))?.object ?? [:]
        // The token is ours, not an answer.
        self = given.filter { $0.key != "flow_token" }.sorted { $0.key < $1.key }.map { Element(to: $0.key, $0.value.asAnswer) }
    }
}

extension JSONValue {
    fileprivate var asAnswer: String {
        if let list = array { return list.map(\.asAnswer).joined(separator: ", ") }
        if let flag = bool { return flag ? "Yes" : "No" }
        return string ?? identifier ?? String(decoding: serialized, as: UTF8.self)
    }
}
