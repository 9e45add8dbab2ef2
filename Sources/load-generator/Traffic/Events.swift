import ArgumentParser
import Foundation

/// What the requests say.
enum EventKind: String, ExpressibleByArgument, CaseIterable {
    /// Tenants write.
    case inbound
    /// The landlord writes in the phone app: gives the messages that statuses are about.
    case echoes
    /// `sent`, `delivered` and `read` of those messages.
    case statuses
    /// Meta's rule for a busy number: three statuses for each tenant's message.
    case meta
    /// The platform sends through the API.
    case sends
}

/// Makes events, each the change of one webhook entry, in Meta's shape and with its members.
struct Events {
    let kind: EventKind
    let world: World
    let series: WamidSeries
    /// Where the series of outgoing messages begins again; statuses count round it.
    let outgoing: WamidSeries
    let outgoingCount: Int
    /// Seconds since 1970.
    let now: Int

    func change(_ place: Int) -> (line: World.Line, json: String) {
        switch kind {
        case .inbound, .sends: return inbound(place)
        case .echoes: return echo(place)
        case .statuses: return status(place)
        case .meta: return place % 4 == 3 ? inbound(place / 4) : status(place - place / 4)
        }
    }

    private func line(_ place: Int) -> World.Line { world.lines[place % world.lines.count] }

    // People take turns in an order that is neither sorted nor repeated in bursts.
    private func somebody(_ place: Int, on line: World.Line) -> Somebody {
        Somebody(place / world.lines.count &* 7_919 % max(1, line.people), of: line)
    }

    private func inbound(_ place: Int) -> (World.Line, String) {
        let line = line(place), person = somebody(place, on: line)
        let message =
            #"{"from":"\#(person.number)","from_user_id":"\#(person.userID)","id":"\#(series[place, person.number])","#
            + #""timestamp":"\#(now)","type":"text","text":{"body":"\#(Words.said(place))"}}"#
        return (line, change(field: "messages", line, person, #""messages":[\#(message)]"#))
    }

    private func echo(_ place: Int) -> (World.Line, String) {
        let line = line(place), person = somebody(place, on: line)
        let message =
            #"{"from":"\#(line.displayPhoneNumber)","to":"\#(person.number)","to_user_id":"\#(person.userID)","#
            + #""id":"\#(outgoing[place, person.number])","timestamp":"\#(now)","type":"text","text":{"body":"\#(Words.answered(place))"}}"#
        return (line, change(field: "smb_message_echoes", line, person, #""message_echoes":[\#(message)]"#))
    }

    /// Reports of one message lie some hundred events apart, as they do when a phone takes a moment.
    private func status(_ place: Int) -> (World.Line, String) {
        let stage = place % 3, gap = 400
        let turn = max(0, place / 3 - stage * gap) % max(1, outgoingCount)
        let line = line(turn), person = somebody(turn, on: line)
        let word = ["sent", "delivered", "read"][stage]
        var status =
            #"{"id":"\#(outgoing[turn, person.number])","status":"\#(word)","timestamp":"\#(now + stage)","#
            + #""recipient_id":"\#(person.number)","recipient_user_id":"\#(person.userID)""#
        if stage < 2 {
            status += #","conversation":{"id":"\#(Words.conversation(turn))","origin":{"type":"service"}}"#
            status += #","pricing":{"billable":false,"pricing_model":"PMP","type":"free_customer_service","category":"service"}"#
        }
        return (line, change(field: "messages", line, person, #""statuses":[\#(status)}]"#))
    }

    private func change(field: String, _ line: World.Line, _ person: Somebody, _ what: String) -> String {
        #"{"value":{"messaging_product":"whatsapp","metadata":{"display_phone_number":"\#(line.displayPhoneNumber)","#
            + #""phone_number_id":"\#(line.phoneNumberId)"},"contacts":[{"profile":{"name":"\#(person.name)"},"wa_id":"\#(person.number)","#
            + #""user_id":"\#(person.userID)"}],\#(what)},"field":"\#(field)"}"#
    }
}

/// What people write, with the escapes that Meta uses.
enum Words {
    private static let sayings = [
        "Hello, the heating in the living room has been cold since yesterday evening. Could somebody have a look?",
        "Thank you!", "Yes, Thursday between 9 and 11 is fine. The key is with Mrs Walsh in 2A.",
        #"The tap drips again \ud83d\udca7 \u2013 I put a bowl under it for now."#,
        #"Here is the meter reading: 48213. Picture follows. https:\/\/example.com\/meter"#, "ok",
        #"I have transferred the rent today, it should be with you by Monday. Sorry for the delay \ud83d\ude4f"#,
        "Is it alright if my sister stays for two weeks in December? She would help with the little one while I am at work.",
    ]
    private static let answers = [
        "Hello, thank you for telling us. The plumber comes on Thursday between 9 and 11; please let him in.",
        "Thank you, received.", "The lift is being repaired today and should run again by 5 pm. We are sorry for the trouble.",
    ]

    static func said(_ place: Int) -> String { sayings[place % sayings.count] }
    static func answered(_ place: Int) -> String { answers[place % answers.count] }
    static func conversation(_ place: Int) -> String { String(UInt64(place) &* 0x9e37_79b9_7f4a_7c15, radix: 16) }
}
