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
        if configuration.webhookBatch > 1 { wait += configuration.gatheringTime }
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
        world.webhooks.add(
            PendingWebhook(
                id: id, entryID: entry, field: field, value: value, override: override, lane: lane, createdAt: now,
                notBefore: Date().addingTimeInterval(wait / .seconds(1))))
        return id
    }

    /// The next body to send now: one change, or as many as the batch fault says.
    func nextShipment() -> Shipment? {
        guard underWay < 32 else { return nil }
        let batch = nextBatch()
        guard let first = batch.first else { return nil }
        guard let url = first.override ?? webhookURL else {
            world.webhooks.release(batch)
            return nil
        }
        underWay += 1
        let body = JSON.fields(["object": "whatsapp_business_account", "entry": .array(batch.map(\.entry))]).metaText
        let seal: Shipment.Seal =
            takeFault(.missingSignature) != nil ? .missing : takeFault(.badSignature) != nil ? .wrong : .right
        return Shipment(ids: batch.map(\.id), url: url, body: body, attempt: first.attempts + 1, seal: seal)
    }

    // Accounts with addresses of their own get bodies of their own.
    private func nextBatch() -> [PendingWebhook] {
        let time = Date()
        guard let size = batchSize else {
            let next = hasFault(.reorderWebhooks) ? world.webhooks.takeAny(at: time) : world.webhooks.take(at: time)
            return next.map { [$0] } ?? []
        }
        let gathered = world.webhooks.gather(upTo: size, at: time)
        let batch = gathered.filter { $0.override == gathered.first?.override }
        world.webhooks.release(gathered.filter { $0.override != gathered.first?.override })
        return batch
    }

    private var batchSize: Int? {
        if let fault = faults.first(where: { $0.kind == .batchWebhooks }) { return max(1, fault.int("size") ?? 25) }
        return configuration.webhookBatch > 1 ? configuration.webhookBatch : nil
    }

    /// 200 ends it; anything else is tried again, ever rarer, for 7 days.
    func finish(_ shipment: Shipment, status: Int) {
        underWay -= 1
        if status == 200 {
            world.webhooks.acknowledge(shipment.ids)
        } else {
            world.webhooks.putBack(shipment.ids) { Date().addingTimeInterval(pause(after: $0) / .seconds(1)) }
            world.webhooks.forget(before: now.addingTimeInterval(-7 * 86_400))
        }
        wake.yield()
    }

    private func pause(after attempts: Int) -> Duration {
        min(configuration.longestRetryPause, configuration.retryPause * Double(1 << min(attempts - 1, 20)))
    }

    /// Lets every waiting webhook go at once.
    func flushWebhooks() {
        world.webhooks.hurry()
        wake.yield()
    }
}
