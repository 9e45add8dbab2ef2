import Foundation
import Messaging

extension ConversationRow {
    init(
        _ conversation: Conversation, reader: Person.ID, colleagues: [Person.ID: String], part: ListPart = .all,
        isOpen: Bool = false, words: TimeWords
    ) {
        let last = conversation.lastMessage
        let isOurs = last?.direction == .outbound
        let speaker = last?.sentBy.map { $0 == reader ? "You" : colleagues[$0] ?? "A colleague" }
        self.init(
            conversation: conversation.id.rawValue, plate: conversation.contact.plate, name: conversation.contact.displayName,
            home: conversation.contact.property, lastAt: conversation.lastMessageAt,
            preview: last.map { MessageBubble.Body($0).preview } ?? (nil, "Nothing written yet"), speaker: isOurs ? speaker ?? "You" : nil,
            delivery: last.flatMap { isOurs ? Delivery($0, attempts: [], name: "", words: words) : nil },
            flag: Self.flag(conversation, words: words), unread: conversation.unread,
            heap: ListChoice(heapOf: conversation, at: words.now)?.rawValue, part: part, isOpen: isOpen, words: words)
    }

    private static func flag(_ conversation: Conversation, words: TimeWords) -> Flag? {
        if conversation.lastMessage?.status == .failed { return .notDelivered }
        switch conversation.heap(at: words.now) {
        case .done: return .done
        case .later(let until): return .later(until: words.soon(until))
        case .open: break
        }
        guard let end = conversation.window.expiresAt, end > words.now else { return .closed }
        return end.timeIntervalSince(words.now) < ConversationFilter.closesSoon ? .closing(left: words.left(until: end)) : nil
    }
}

extension Composer {
    init(
        _ conversation: Conversation, line: Line?, templates: [Template], landlord: Landlord, waiting: WaitingAnswer? = nil,
        reply: Reply? = nil, form: KindForm? = nil, mayWrite: Bool = true, note: Note? = nil, csrf: String = "", draft: String = "",
        matching wanted: String? = nil,
        notice: String? = nil, words: TimeWords
    ) {
        let contact = conversation.contact
        let mode: Mode
        if !mayWrite {
            mode = .silent(why: "You read along here. An owner can let you write to \(contact.firstName).")
        } else if line == nil || line?.status == .disconnected || line?.status == .connecting {
            mode = .noLine
        } else if let end = conversation.window.expiresAt, end > words.now {
            mode = .open(until: end)
        } else if contact.hasOptedOut {
            mode = .silent(why: "\(contact.firstName) said STOP. We do not send until \(contact.firstName) writes START.")
        } else if !contact.hasOptedIn {
            mode = .silent(
                why: "\(contact.firstName) has not agreed to WhatsApp messages yet. Record the agreement at the platform, or wait until "
                    + "\(contact.firstName) writes.")
        } else {
            let approved = templates.filter(\.isApproved)
            let choices = (wanted.map { TemplateMatch($0).sorted(approved) } ?? approved).enumerated().map {
                TemplateChoice($1, number: $0 + 1, for: contact, of: landlord, saying: wanted)
            }
            mode = .closed(lastWrote: conversation.window.lastInboundAt, templates: choices)
        }
        self.init(
            conversation: conversation.id.rawValue, firstName: contact.firstName, mode: mode, csrf: csrf,
            clientMessageID: UUID().uuidString.lowercased(), draft: draft, reply: reply, form: form,
            later: waiting.map { Later(laterID: $0.answerId, laterWords: $0.text, laterProblem: $0.problem) }, isMatched: wanted != nil,
            note: note, mayWrite: mayWrite, notice: notice, words: words)
    }
}

extension TemplateChoice {
    /// What we know fills the blanks whose names say what they want; the landlord sees and may change every value.
    /// - Parameter wanted: what somebody was writing; it goes into the only blank that is left, if there is just one.
    init(_ template: Template, number: Int, for contact: Contact, of landlord: Landlord, saying wanted: String? = nil) {
        let known = [
            "first_name": contact.firstName, "name": contact.displayName, "landlord_name": landlord.name, "landlord": landlord.name,
            "address": contact.home ?? "", "home": contact.home ?? "", "unit": contact.unit ?? "", "property": contact.property ?? "",
        ]
        // Meta takes no line breaks in a value.
        let line = wanted?.split(whereSeparator: \.isNewline).joined(separator: " ").trimmingCharacters(in: .whitespaces) ?? ""
        let left = Set(template.variables).subtracting(known.keys)
        let text = { (type: String) in template.components.first { $0.type.uppercased() == type }?.text }
        self.init(
            number: number, name: template.name, language: template.language, title: Self.readable(template.name),
            hint: template.category == "MARKETING" ? "Advertising" : "About the tenancy", body: template.body,
            variables: template.variables.map {
                Variable(name: $0, label: Self.readable($0), value: known[$0] ?? (left == [$0] ? line : ""))
            },
            header: text("HEADER"), footer: text("FOOTER"),
            languageWords: Locale(identifier: "en_GB").localizedString(forIdentifier: template.language) ?? template.language)
    }

    private static func readable(_ name: String) -> String {
        let words = name.replacing("_", with: " ").replacing(/\ v\d+$/, with: "")
        return words.prefix(1).uppercased() + words.dropFirst()
    }
}

extension TenantPanel {
    init(_ contact: Contact, words: TimeWords) {
        let facts = [
            ("Home", contact.home),
            ("Language", contact.language.flatMap { Locale(identifier: "en_GB").localizedString(forIdentifier: $0) }),
            ("Calls self", contact.profileName == contact.name ? nil : contact.profileName),
            ("Username", contact.username.map { "@\($0)" }),
        ].compactMap { fact in fact.1.map { (fact.0, $0) } }
        self.init(
            plate: contact.plate, name: contact.displayName, number: contact.phone.map(PhoneNumber.written), facts: facts,
            consent: contact.consent,
            consentWords: Self.consentWords(contact, words))
    }

    private static func consentWords(_ contact: Contact, _ words: TimeWords) -> String {
        switch contact.consent {
        case .agreed:
            let place = contact.optInSource.map { ", \($0)" } ?? ""
            let wording = contact.optInWording.map { " “\($0)”" } ?? ""
            return "On \(contact.optInAt.map(words.date) ?? "an unknown day")\(place).\(wording)"
        case .saidStop:
            return "\(contact.optedOutAt.map { "On \(words.date($0)). " } ?? "")We do not send until \(contact.firstName) writes START."
        case .notAsked: return "You may answer what \(contact.firstName) writes. Templates need an agreement first."
        case .noNumber: return "Add a number at the platform to be able to write."
        }
    }
}

extension ListChoice {
    /// The part in which a conversation lies that is not open; nil for one that is.
    init?(heapOf conversation: Conversation, at now: Date) {
        switch conversation.heap(at: now) {
        case .open: return nil
        case .later: self = .later
        case .done: self = .done
        }
    }
}
