import Foundation

extension MessageBubble {
    /// What a message says, in the kinds that a reader tells apart.
    enum Body: Sendable {
        /// Words that somebody typed, or a template's filled text with its buttons.
        case text(String, buttons: [String] = [])
        /// Words of ours with something to press beneath them.
        case asked(String, Choices)
        /// A button or list entry that the tenant picked.
        case picked(String)
        case media(Media, caption: String?)
        case location(Place)
        case contacts([Card])
        case form(Form)
        case order(Order, note: String?)
        /// A kind that we cannot show; `original` is the message as Meta sent it.
        case unknown(kind: String, original: String)
        /// Taken back by its sender; what it said stays readable where we have it.
        case deleted(said: String?)
        /// Something that happened rather than was said: a new number, a missed call.
        case event(icon: Icon, words: String)
    }

    /// A spot on the map.
    struct Place: Sendable {
        let placeName: String
        let address: String?
        let coordinates: String
        let mapHref: String
        let sketch: PlaceSketch

        /// - Parameters:
        ///   - name: what the sender called it, "Location" when nothing.
        ///   - latitude: degrees north.
        ///   - longitude: degrees east.
        init(name: String?, address: String?, latitude: Double, longitude: Double) {
            placeName = name ?? "Location"
            sketch = PlaceSketch(latitude: latitude, longitude: longitude)
            self.address = address
            coordinates = String(format: "%.5f, %.5f", latitude, longitude)
            let (north, east) = (String(format: "%.5f", latitude), String(format: "%.5f", longitude))
            mapHref = "https://www.openstreetmap.org/?mlat=\(north)&mlon=\(east)#map=17/\(north)/\(east)"
        }
    }

    /// Somebody's card, handed on by the tenant.
    struct Card: Sendable {
        let cardName: String
        let numbers: [String]
    }

    /// The message that this one answers.
    struct Quote: Sendable {
        let quotedName: String
        let quotedText: String
        let quotedHref: String

        /// - Parameters:
        ///   - name: who wrote the quoted message, as this thread calls them ("You", "Nadia").
        ///   - text: its first words, or its kind in words.
        ///   - message: its ID, to jump to it.
        init(name: String, text: String, message: String) {
            quotedName = name
            quotedText = text
            quotedHref = "#message-\(message)"
        }
    }

    struct Reaction: Sendable {
        let emoji: String
        /// "Nadia reacted with 👍", said to screen readers.
        let reactionWords: String
        /// WhatsApp has not taken it yet.
        let isWaiting: Bool

        init(emoji: String, by name: String, isWaiting: Bool = false) {
            self.emoji = emoji
            self.isWaiting = isWaiting
            reactionWords = "\(name) reacted with \(emoji)" + (isWaiting ? ", waiting for WhatsApp" : "")
        }
    }

    /// Symbols that an event may carry.
    enum Icon: String, Sendable { case swap, phone, user, lock, alert, check }
}

extension MessageBubble.Body {
    /// One line for conversation lists and quotes, with the icon of a kind that has no words of its own.
    var preview: (icon: String?, text: String) {
        switch self {
        case .text(let text, _), .picked(let text): (nil, FormattedText(text).plain)
        case .asked(let text, let choices): (choices.press == nil ? "list" : "link", FormattedText(text).plain)
        case .media(let media, let caption): (media.icon, caption.map { FormattedText($0).plain } ?? media.mediaName)
        case .location(let place): ("pin", place.placeName)
        case .contacts(let cards): ("user", cards.first.map { "Contact: \($0.cardName)" } ?? "Contact")
        case .form(let form): ("sheet", form.formTitle)
        case .order(let order, let note): ("sheet", note ?? "Order" + (order.total.map { ", \($0)" } ?? ""))
        case .unknown: ("ask", "A kind of message we do not know yet")
        case .deleted: (nil, "Deleted message")
        case .event(let icon, let words): (icon.rawValue, words)
        }
    }
}
