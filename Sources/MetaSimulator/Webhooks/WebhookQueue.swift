import Foundation

/// One change that waits for the receiver's 200. Times are real ones: retries do not care for Meta's clock.
struct PendingWebhook: Codable, Sendable {
    let id: Int
    let entryID: String
    let field: String
    let value: JSON
    /// Another address than the app's own; that one is looked up when it is sent.
    let override: String?
    /// Changes of one lane go out in order, until one fails. Nil: any order.
    let lane: String?
    let createdAt: Date
    var notBefore: Date
    var attempts = 0

    var entry: JSON {
        let change: JSON = ["field": .string(field), "value": value]
        // Meta leaves the time out of message entries.
        let time: JSON? = field == "messages" ? nil : .int(Int(createdAt.timeIntervalSince1970))
        return .fields(["id": .string(entryID), "time": time, "changes": [change]])
    }
}

extension Simulator {
    /// Fields that a callback override of the account applies to; all others go to the app's URL.
    private static let overridable: Set<String> = [
        "messages", "message_echoes", "calls", "consumer_profile", "messaging_handovers", "smb_message_echoes", "smb_app_state_sync",
        "history", "account_settings_update",
    ]

    /// Queues a change of a subscribed account; without a subscription Meta says nothing. Answers its ID, or 0.
    @discardableResult
    func queueWebhook(field: String, account id: String, value: JSON, lane: String? = nil, after delay: Duration = .zero) -> Int {
        guard let account = world.accounts[id], account.isSubscribed else { return 0 }
        let override = Self.overridable.contains(field) ? account.overrideCallback : nil
        return queueWebhook(field: field, entry: id, value: value, override: override, lane: lane, after: delay)
    }

    /// Queues a change whatever is subscribed (portfolio events come with the sign-up itself).
    @discardableResult
    func queueWebhook(
        field: String, entry: String, value: JSON, override: String? = nil, lane: String? = nil, after delay: Duration = .zero
    ) -> Int {
        guard override ?? webhookURL != nil else { return 0 }
        var wait = delay + .milliseconds(faults.first { $0.kind == .delayWebhooks }?.int("ms") ?? 0)
        if let batch = faults.first(where: { $0.kind == .batchWebhooks }) { wait += .milliseconds(batch.int("ms") ?? 150) }
        let shuffle = faults.first { $0.kind == .reorderWebhooks }
        if let shuffle { wait += .milliseconds(Int.random(in: 0...max(1, shuffle.int("ms") ?? 200))) }
        let lane = shuffle == nil ? lane : nil
        let id = append(field: field, entry: entry, value: value, override: override, lane: lane, wait: wait)
        if takeFault(.duplicateWebhooks) != nil {
            append(field: field, entry: entry, value: value, override: override, lane: lane, wait: wait)
        }
        wake.yield()
        return id
    }

    @discardableResult
    private func append(field: String, entry: String, value: JSON, override: String?, lane: String?, wait: Duration) -> Int {
        let id = world.serial()
        world.webhooks.append(
            PendingWebhook(
                id: id, entryID: entry, field: field, value: value, override: override, lane: lane, createdAt: now,
                notBefore: Date().addingTimeInterval(wait / .seconds(1))))
        return id
    }

    /// The next body to send now: one change, or as many as the batch fault says.
    func nextShipment() -> Shipment? {
        guard shipping.count < 32 else { return nil }
        let due = candidates
        guard let first = due.first, let url = first.override ?? webhookURL else { return nil }
        let batch = due.filter { $0.override == first.override }
        let entries = batch.map(\.entry)
        shipping.formUnion(batch.map(\.id))
        let body = JSON.fields(["object": "whatsapp_business_account", "entry": .array(entries)]).metaText
        let seal: Shipment.Seal =
            takeFault(.missingSignature) != nil ? .missing : takeFault(.badSignature) != nil ? .wrong : .right
        return Shipment(ids: batch.map(\.id), url: url, body: body, attempt: first.attempts + 1, seal: seal)
    }

    private var candidates: [PendingWebhook] {
        if let batch = faults.first(where: { $0.kind == .batchWebhooks }) { return gather(upTo: max(1, batch.int("size") ?? 25)) }
        if hasFault(.reorderWebhooks) { return dueWebhooks(limit: 64).randomElement().map { [$0] } ?? [] }
        return dueWebhooks(limit: 1)
    }

    private func dueWebhooks(limit: Int) -> [PendingWebhook] {
        let time = Date()
        var held: Set<String> = []
        var due: [PendingWebhook] = []
        for webhook in world.webhooks where due.count < limit {
            if let lane = webhook.lane, held.contains(lane) { continue }
            if shipping.contains(webhook.id) || (webhook.notBefore > time && webhook.attempts == 0) {
                if let lane = webhook.lane { held.insert(lane) }
            } else if webhook.notBefore <= time {
                due.append(webhook)
            }
        }
        return due
    }

    /// A full batch goes at once, a smaller one when its first change is due.
    private func gather(upTo size: Int) -> [PendingWebhook] {
        let time = Date()
        let waiting = world.webhooks.filter { !shipping.contains($0.id) && ($0.attempts == 0 || $0.notBefore <= time) }
        guard waiting.count >= size || waiting.contains(where: { $0.notBefore <= time }) else { return [] }
        return Array(waiting.prefix(size))
    }

    /// 200 ends it; anything else is tried again, ever rarer, for 7 days.
    func finish(_ shipment: Shipment, status: Int) {
        shipping.subtract(shipment.ids)
        if status == 200 {
            world.webhooks.removeAll { shipment.ids.contains($0.id) }
        } else {
            for position in world.webhooks.indices where shipment.ids.contains(world.webhooks[position].id) {
                world.webhooks[position].attempts += 1
                let pause = pause(after: world.webhooks[position].attempts)
                world.webhooks[position].notBefore = Date().addingTimeInterval(pause / .seconds(1))
            }
            let oldest = now.addingTimeInterval(-7 * 86_400)
            world.webhooks.removeAll { $0.createdAt < oldest }
        }
        wake.yield()
    }

    private func pause(after attempts: Int) -> Duration {
        min(configuration.longestRetryPause, configuration.retryPause * Double(1 << min(attempts - 1, 20)))
    }

    /// Lets every waiting webhook go at once.
    func flushWebhooks() {
        for position in world.webhooks.indices { world.webhooks[position].notBefore = .distantPast }
        wake.yield()
    }
}
