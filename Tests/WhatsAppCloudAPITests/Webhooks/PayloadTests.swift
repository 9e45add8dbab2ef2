import Foundation
import Testing
import WhatsAppCloudAPI

@Suite("Webhook bodies are read leniently")
struct PayloadTests {
    @Test("Statuses carry time, receiver, price and what we gave with the message") func statuses() throws {
        let items = try WebhookPayload.items(in: Array(fixture("statuses").utf8))
        let statuses = items.compactMap(\.status)

        #expect(statuses.map(\.status) == [.sent, .delivered, .read, .played, .other("warmed"), .delivered, .failed])
        let sent = try #require(statuses.first)
        #expect(sent.callbackData == "outbox-991")
        #expect(sent.pricing?.type == "regular" && sent.pricing?.category == "utility")
        #expect(sent.profileName == "Nadia Haddad")
        #expect(statuses[1].timestamp == Date(timeIntervalSince1970: 1_795_000_002))
        #expect(statuses[2].recipientID == "447700900123", "The contacts beside the status name the person")
        #expect(statuses[5].isGroup)
    }

    @Test("A failed message says why, and what to do") func failed() throws {
        let items = try WebhookPayload.items(in: Array(fixture("statuses").utf8))
        let failed = try #require(items.last?.status)

        #expect(failed.id == "wamid.OUT2")
        #expect(failed.errors.first?.code == 131_049)
        #expect(failed.errors.first?.details == "To keep a healthy ecosystem.")
        #expect(failed.errors.first?.entry.remedy == .giveUp)
    }

    @Test("Every item knows its number, account and place in the body") func routing() throws {
        let items = try WebhookPayload.items(in: Array(fixture("statuses").utf8))

        #expect(items.map(\.part) == Array(0..<7))
        #expect(items.allSatisfy { $0.wabaID == Cast.account && $0.phoneNumberID == Cast.number })
        #expect(items.allSatisfy { $0.displayPhoneNumber == "442079460001" && $0.field == "messages" && $0.entryTime == nil })
    }

    @Test("One odd item never costs its neighbours") func oddItems() throws {
        let items = try WebhookPayload.items(in: Array(fixture("odd-items").utf8))

        #expect(items.count == 10)
        #expect(items[2].message?.content == .text(body: "I am fine"))
        #expect(
            items[4].content
                == .valueErrors([
                    WebhookError(code: 130_429, title: "Rate limit hit", message: "Rate limit hit", details: "Too many messages.")
                ]))
        for part in [0, 1, 3, 5, 6, 7, 8, 9] {
            guard case .unknown = items[part].content else { return #expect(Bool(false), "Item \(part) should survive as unknown") }
        }
        #expect(items[5].field == "tomorrow_field")
        #expect(items[5].content == .unknown(["news": [1, 2, 3]]))
    }

    @Test(
        "Only a body that is no webhook at all is refused",
        arguments: ["", "<html>", "[]", "{}", #"{"entry":{}}"#, #"{"entry":[}"#, #"{"entry":[]} x"#])
    func notAWebhook(_ body: String) {
        #expect(throws: WebhookUnreadable.self) { try WebhookPayload.items(in: Array(body.utf8)) }
    }

    @Test("An empty webhook holds nothing") func empty() throws {
        #expect(try WebhookPayload.items(in: Array(#"{"entry":[]}"#.utf8)).isEmpty)
    }

    @Test("A body nested ten thousand deep is refused instead of felling the server", arguments: ["[", #"{"entry":"#])
    func deepNesting(_ opening: String) {
        let body = String(repeating: opening, count: 10_000)

        #expect(throws: WebhookUnreadable.self) { try WebhookPayload.items(in: Array(body.utf8)) }
    }

    @Test("A thousand updates of three megabytes in one body are all read") func largeBody() throws {
        let padding = String(repeating: #"caf\u00e9 "#, count: 300)
        let messages = (0..<1000).map { number in
            #"{"from":"447700900123","id":"wamid.L\#(number)","timestamp":"1795000000","type":"text","text":{"body":"\#(padding)"}}"#
        }
        let value = #"{"metadata":{"phone_number_id":"109000000000001"},"messages":[\#(messages.joined(separator: ","))]}"#
        let body = Array(#"{"entry":[{"id":"104000000000001","changes":[{"field":"messages","value":\#(value)}]}]}"#.utf8)

        let items = try WebhookPayload.items(in: body)

        #expect(body.count > 3_000_000)
        #expect(items.compactMap { $0.message?.id.rawValue } == (0..<1000).map { "wamid.L\($0)" })
    }
}

@Suite("Events about accounts, templates and people are understood")
struct EventTests {
    @Test("Events about a portfolio never take its ID for an account") func portfolioEvents() throws {
        let items = try WebhookPayload.items(in: Array(fixture("account-events").utf8)).filter { $0.entryID == "202000000000001" }

        #expect(items.map(\.wabaID) == [Cast.account, Cast.account, nil, nil])
        let events = items.compactMap(\.accountUpdate)
        #expect(events.map(\.event) == [.partnerAdded, .partnerRemoved, .partnerAppUninstalled])
        #expect(events.map(\.event.endsConnection) == [false, true, true])
        #expect(events[0].ownerBusinessID == "202000000000001")
        #expect(events[1].disconnectionReason == "PRIMARY_INACTIVITY")
    }

    @Test("Restrictions, reviews, alerts, limits, names and PINs of an account are read") func accountEvents() throws {
        let items = try WebhookPayload.items(in: Array(fixture("account-events").utf8)).filter { $0.entryID == Cast.account.rawValue }

        #expect(items.allSatisfy { $0.wabaID == Cast.account && $0.entryTime == Date(timeIntervalSince1970: 1_795_000_000) })
        #expect(items[0].accountUpdate?.restrictions.first?.type == "RESTRICTED_BIZ_INITIATED_MESSAGING")
        #expect(items[0].accountUpdate?.restrictions.first?.expiresAt == Date(timeIntervalSince1970: 1_795_600_000))
        #expect(items[1].accountUpdate?.banState == "SCHEDULE_FOR_DISABLE")
        #expect(items[2].content == .review(decision: "APPROVED"))
        guard case .alert(let alert) = items[3].content, case .capability(let number) = items[4].content,
            case .capability(let text) = items[5].content, case .phoneQuality(let quality) = items[6].content,
            case .phoneName(let name) = items[7].content, case .security(let security) = items[8].content
        else { return #expect(Bool(false), "An account event was not read as its kind") }
        #expect(alert.severity == "WARNING" && alert.type == "OBA_REJECTED")
        #expect(number.maxDailyConversations == "2000" && text.maxDailyConversations == "TIER_2K")
        #expect(quality.event == "ONBOARDING" && quality.limit == "TIER_250")
        #expect(name.decision == "REJECTED" && name.rejectionReason == "NAME_NOT_CONSISTENT")
        #expect(security.event == "PIN_CHANGED" && items[8].displayPhoneNumber == "442079460001")
    }

    @Test("Template events keep a 64-bit ID exact and say why") func templateEvents() throws {
        let items = try WebhookPayload.items(in: Array(fixture("template-events").utf8))

        guard case .templateStatus(let rejected) = items[0].content, case .templateStatus(let paused) = items[1].content,
            case .templateQuality(let quality) = items[2].content, case .templateCategory(let announced) = items[3].content,
            case .templateCategory(let done) = items[4].content
        else { return #expect(Bool(false), "A template event was not read as its kind") }
        #expect(rejected.templateID == "9007199254740993" && rejected.event == "REJECTED" && rejected.reason == "INVALID_FORMAT")
        #expect(rejected.recommendation == "Put text between them.")
        #expect(paused.reason == nil && paused.pauseTitle == "FIRST_PAUSE")
        #expect(quality.newScore == "YELLOW")
        #expect(announced.category == .utility && announced.announcedCategory == .marketing && announced.changesAt != nil)
        #expect(done.category == .marketing && done.previousCategory == .utility)
    }

    @Test("Opt-outs, new IDs, echoes, address books, old chats and calls are read") func peopleEvents() throws {
        let items = try WebhookPayload.items(in: Array(fixture("people-and-phone-app").utf8))

        #expect(items.count == 7)
        guard case .userPreference(let preference) = items[0].content, case .userIDUpdate(let update) = items[1].content,
            case .echo(let echo) = items[2].content, case .stateSync(let entry) = items[3].content,
            case .history(let chunk) = items[4].content, case .history(let declined) = items[5].content,
            case .call(let call) = items[6].content
        else { return #expect(Bool(false), "An event was not read as its kind") }
        #expect(preference.value == "stop" && preference.waID == "447700900456")
        #expect(update.previous == "GB.10000000000000000001" && update.current == "GB.10000000000000000002")
        #expect(echo.to == "447700900123" && echo.content == .text(body: "See you at 10") && echo.profileName == "Nadia Haddad")
        #expect(entry.action == "add" && entry.fullName == "Tom Ray")
        #expect(chunk.progress == 55 && chunk.threads.first?.messages.first?["history_context"]?["status"] == "READ")
        #expect(declined.errors.first?.code == 2_593_109)
        #expect(call.isFromPerson && call.event == "connect")
    }
}

extension WebhookItem {
    fileprivate var accountUpdate: AccountUpdate? {
        if case .accountUpdate(let update) = content { update } else { nil }
    }
}
