import Foundation
import WhatsAppCloudAPI

@testable import Messaging

/// Meta's side of a story: who people are, what their phones received, and everything that was told by webhook, in order.
struct PretendMeta {
    struct Received: Sendable {
        let person: Renter
        let line: OwnLine
        let wamid: String
        let fence: String
        let message: Message.ID
    }

    let seed: UInt64
    private(set) var log: [MetaEvent] = []
    private(set) var phones: [Received] = []
    private(set) var templates: [OwnLine: String] = [.one: "APPROVED", .two: "APPROVED"]
    private var moved: Set<Renter> = []
    private var renewed: Set<String> = []
    private var lastSpoken: [String: Date] = [:]

    init(seed: UInt64) {
        self.seed = seed
    }

    static func wamid(_ scene: Int, seed: UInt64) -> String {
        "wamid." + String(mixed(seed, UInt64(scene)), radix: 36) + ".\(scene)"
    }

    func wamid(_ scene: Int) -> String { Self.wamid(scene, seed: seed) }

    private func number(_ person: Renter) -> String { person.digits(moved: moved.contains(person)) }

    private func userID(_ person: Renter, _ line: OwnLine) -> String {
        person.userID(at: line, renewed: renewed.contains("\(person)\(line)"))
    }

    private mutating func tell(_ key: String, _ line: OwnLine, field: String = "messages", _ pairs: [(String, JSONValue?)]) {
        log.append(MetaEvent(key: key, waba: line.waba, field: field, value: .on(line, pairs)))
    }
}

/// What people do.
extension PretendMeta {
    mutating func says(_ words: Scene.Words, _ person: Renter, on line: OwnLine, known: Scene.KnownBy, scene: Int, at now: Date) {
        switch words {
        case .preference(let stop): return prefer(stop: stop, person, line, known, scene, now)
        case .reaction(nil, let emoji):
            guard let newest = phones.last(where: { $0.person == person && $0.line == line }) else { return }
            let reaction = JSONValue.members([("message_id", .string(newest.wamid)), ("emoji", emoji.map(JSONValue.string))])
            return message("reaction", reaction, person, line, known, scene, now)
        case .unsupportedThenText(let isNamed):
            message("unsupported", isNamed ? ["type": "poll"] : nil, person, line, known, scene, now, suffix: "a")
            message("text", ["body": "It can be read now"], person, line, known, scene, now, suffix: "b", quotes: 0)
        case .unsupportedThenStop:
            message("unsupported", nil, person, line, known, scene, now, suffix: "a")
            message("text", ["body": "STOP"], person, line, known, scene, now, suffix: "b")
        default:
            let (type, content) = content(of: words, scene: scene)
            message(type, content, person, line, known, scene, now, quotes: scene % 5 == 0 ? scene - 1 : nil)
        }
        if words.isOwnMessage { lastSpoken["\(person)\(line)"] = now }
    }

    private func content(of words: Scene.Words, scene: Int) -> (String, JSONValue) {
        switch words {
        case .stop: ("text", ["body": "Stop."])
        case .start: ("text", ["body": "start"])
        case .image: ("image", ["id": "13", "mime_type": "image/jpeg", "caption": "Look"])
        case .button: ("button", ["text": "I have paid", "payload": "PAID"])
        case .list: ("interactive", ["type": "list_reply", "list_reply": ["id": "tap", "title": "Tap"]])
        case .location: ("location", ["latitude": .number(51.5), "longitude": .number(-0.12), "name": "Office"])
        case .sticker: ("sticker", ["id": "14", "mime_type": "image/webp"])
        case .reaction(let target, let emoji):
            ("reaction", .members([("message_id", target.map { .string(wamid($0)) }), ("emoji", emoji.map(JSONValue.string))]))
        case .edit(let target):
            (
                "edit",
                ["original_message_id": .string(wamid(target)), "message": ["type": "text", "text": ["body": .string("Edit \(scene)")]]]
            )
        case .revoke(let target): ("revoke", ["original_message_id": .string(wamid(target))])
        default: ("text", ["body": .string("Words of \(scene)")])
        }
    }

    private mutating func message(
        _ type: String, _ content: JSONValue?, _ person: Renter, _ line: OwnLine, _ known: Scene.KnownBy, _ scene: Int, _ now: Date,
        suffix: String = "", quotes: Int? = nil
    ) {
        let from = known == .userID ? nil : JSONValue.string(number(person))
        let user = known == .number ? nil : JSONValue.string(userID(person, line))
        let message = JSONValue.members([
            ("id", .string(wamid(scene))), ("timestamp", .stamp(now)), ("type", .string(type)), (type, content), ("from", from),
            ("from_user_id", user), ("context", quotes.map { ["id": .string(wamid($0))] }),
            ("errors", type == "unsupported" && content == nil ? .array([["code": 131_060]]) : nil),
        ])
        let profile: JSONValue = ["name": .string("\(person.title) \(scene % 7)")]
        let contact = JSONValue.members([("wa_id", from), ("user_id", user), ("profile", profile)])
        tell("s\(scene)\(suffix)", line, [("contacts", .array([contact])), ("messages", .array([message]))])
    }

    private mutating func prefer(stop: Bool, _ person: Renter, _ line: OwnLine, _ known: Scene.KnownBy, _ scene: Int, _ now: Date) {
        let preference = JSONValue.members([
            ("wa_id", known == .userID ? nil : .string(number(person))),
            ("user_id", known == .number ? nil : .string(userID(person, line))),
            ("category", "marketing_messages"), ("value", stop ? "stop" : "resume"), ("timestamp", .stamp(now)),
        ])
        tell("s\(scene)", line, field: "user_preferences", [("user_preferences", .array([preference]))])
    }

    /// The person gets another number, or another ID at this business.
    mutating func moves(_ move: Scene.Move, _ person: Renter, on line: OwnLine, known: Scene.KnownBy, scene: Int, at now: Date) {
        let oldNumber = number(person), oldID = userID(person, line)
        if move == .changesNumber { moved.insert(person) }
        renewed.insert("\(person)\(line)")
        let newNumber = number(person), newID = userID(person, line)
        if move == .changesNumber {
            let notice = JSONValue.members([
                ("body", "changed"), ("type", "user_changed_number"), ("wa_id", .string(newNumber)),
                ("user_id", known == .number ? nil : .string(newID)),
            ])
            let message = JSONValue.members([
                ("id", .string(wamid(scene))), ("timestamp", .stamp(now)), ("type", "system"), ("from", .string(oldNumber)),
                ("from_user_id", known == .both ? .string(oldID) : nil), ("system", notice),
            ])
            tell("s\(scene)", line, [("messages", .array([message]))])
        }
        guard oldID != newID, move == .renewsUserID || known == .both else { return }
        let update = JSONValue.members([
            ("wa_id", known == .userID ? nil : .string(newNumber)), ("timestamp", .stamp(now)),
            ("user_id", ["previous": .string(oldID), "current": .string(newID)]),
        ])
        tell("s\(scene)u", line, field: "user_id_update", [("user_id_update", .array([update]))])
    }
}

/// What Meta and the phone app tell.
extension PretendMeta {
    mutating func echo(on line: OwnLine, to person: Renter, edits: Int?, scene: Int, at now: Date) {
        let content: (String, JSONValue) =
            edits.map { edited in
                let new: JSONValue = ["type": "text", "text": ["body": .string("Edited in \(scene)")]]
                return ("edit", ["original_message_id": .string(wamid(edited)), "message": new])
            } ?? ("text", ["body": .string("From the phone \(scene)")])
        let echo = JSONValue.members([
            ("id", .string(wamid(scene))), ("from", "442079460001"), ("to", .string(number(person))),
            ("to_user_id", .string(userID(person, line))), ("timestamp", .stamp(now)), ("type", .string(content.0)), content,
        ])
        tell("s\(scene)", line, field: "smb_message_echoes", [("message_echoes", .array([echo]))])
        if edits == nil { report(on: wamid(scene), key: "e\(scene)", line, person, fence: nil, at: now) }
    }

    mutating func strangeStatus(on line: OwnLine, scene: Int, at now: Date) {
        report(on: wamid(scene), key: "x\(scene)", line, .nadia, fence: "zr-somebody-else-\(scene)", at: now)
    }

    mutating func template(of line: OwnLine, becomes status: String, scene: Int, at now: Date) {
        templates[line] = status == "UNPAUSED" ? "APPROVED" : status
        let value: JSONValue = [
            "event": .string(status), "message_template_id": .string("55\(line.rawValue)"), "message_template_name": "rent_reminder",
            "message_template_language": "en_GB", "reason": .string(templates[line] == "APPROVED" ? "NONE" : "reason of \(status)"),
        ]
        log.append(
            MetaEvent(key: "s\(scene)", waba: line.waba, field: "message_template_status_update", value: value, time: now.wholeSecond))
    }

    mutating func removesUs(_ line: OwnLine, scene: Int, at now: Date) {
        let value: JSONValue = ["event": "PARTNER_REMOVED", "waba_info": ["waba_id": .string(line.waba.rawValue)]]
        log.append(MetaEvent(key: "s\(scene)", waba: line.waba, field: "account_update", value: value, time: now.wholeSecond))
    }

    /// Whether Meta itself would let a free text through now.
    func isWindowOpen(_ person: Renter, on line: OwnLine, at now: Date) -> Bool {
        lastSpoken["\(person)\(line)"].map { now < $0 + 86_400 } ?? false
    }

    func person(at recipient: OutgoingMessage.Recipient) -> Renter? {
        let text =
            switch recipient {
            case .to(let number): String(number.dropFirst())
            case .user(let id): id.rawValue
            }
        return Renter.allCases.first { person in
            [false, true].contains { later in
                person.digits(moved: later) == text || OwnLine.allCases.contains { person.userID(at: $0, renewed: later) == text }
            }
        }
    }

    /// A call has come through: the phone shows the message, and its statuses go on their way.
    mutating func receive(_ call: SendCall, key: String, from person: Renter, on line: OwnLine, at now: Date) -> SendReceipt {
        let wamid = "wamid." + String(mixed(seed, key), radix: 36) + ".out." + key
        phones.append(Received(person: person, line: line, wamid: wamid, fence: call.fence, message: call.messageID))
        // Meta speaks of the receiver as we did.
        var digits: String?
        if case .to(let addressed) = call.message.recipient { digits = String(addressed.dropFirst()) }
        report(on: wamid, key: key, line, person, as: digits, fence: call.fence, at: now)
        return SendReceipt(
            wamid: Wamid(rawValue: wamid), waID: WhatsAppID(rawValue: digits ?? number(person)),
            userID: BusinessScopedUserID(rawValue: userID(person, line)))
    }

    private mutating func report(
        on wamid: String, key: String, _ line: OwnLine, _ person: Renter, as digits: String? = nil, fence: String?, at now: Date
    ) {
        let courses: [[(String, Int, Int?)]] = [
            [("sent", 0, nil)], [("sent", 0, nil), ("delivered", 0, nil)], [("sent", 1, nil), ("delivered", 1, nil), ("read", 2, nil)],
            [("sent", 0, nil), ("read", 3, nil), ("played", 3, nil)], [("delivered", 1, nil)], [("failed", 0, 131_026)],
            [("sent", 0, nil), ("failed", 1, 131_049), ("failed", 1, 131_026)],
        ]
        let course = courses[Int(mixed(seed, key) % UInt64(courses.count))]
        for (index, (status, later, code)) in course.enumerated() {
            let report = JSONValue.members([
                ("id", .string(wamid)), ("status", .string(status)), ("timestamp", .stamp(now + Double(later))),
                ("recipient_id", .string(digits ?? number(person))), ("recipient_user_id", .string(userID(person, line))),
                ("biz_opaque_callback_data", fence.map(JSONValue.string)),
                ("errors", code.map { .array([["code": .integer(Int64($0)), "title": "x"]]) }),
            ])
            tell("\(key).\(index)\(status)", line, [("statuses", .array([report]))])
        }
    }
}

extension Scene.Words {
    /// Whether it opens the customer service window at Meta.
    fileprivate var isOwnMessage: Bool {
        switch self {
        case .reaction, .edit, .revoke, .preference: false
        default: true
        }
    }
}
