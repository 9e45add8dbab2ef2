/// Events that this process has stored itself, and has in memory still.
extension ApplierLoop {
    /// Applies what this process has just stored. Answers how many events that were.
    func applyFresh() async throws -> Int {
        var next = nextFresh(), rounds = 0, applied = 0
        while !next.events.isEmpty {
            rounds += 1
            applied += next.events.count
            // The next ones are read while these are written. Now and then everything else has its turn.
            let isLast = rounds == Self.mostRounds || ledger.handover.isOverflowing
            async let following = isLast ? Fresh() : nextFresh()
            do {
                try await apply(next)
            } catch {
                try? await ledger.release(ledger.handover.giveUp(following.events))
                throw error
            }
            next = await following
        }
        return applied
    }

    // Where the tables are applied aside, so are those who flood: in one transaction with them everybody would wait for their rows.
    private func nextFresh() -> Fresh {
        worksAside ? fresh(of: .calm, share: Self.share) : fresh(of: .everybody, share: turnShare)
    }

    /// Applies what is still in memory of those whose newer events wait in the tables. Answers whether there was any.
    func applyFlood() async throws -> Bool {
        let next = worksAside ? fresh(of: .flooding, share: Self.aside) : Fresh()
        guard !next.events.isEmpty else { return false }
        try await apply(next)
        return true
    }

    private func fresh(of choice: Handover.Choice, share: Int) -> Fresh {
        var fresh = Fresh(events: ledger.handover.take(choice, events: Self.mostEvents, share: share, bytes: Self.longestBatch))
        fresh.items = items(of: fresh.events, isAgain: false, &fresh.problems)
        return fresh
    }

    private func apply(_ fresh: Fresh) async throws {
        do {
            let problems = try await apply(fresh.items, of: fresh.events.count).merging(fresh.problems) { first, _ in first }
            ledger.finish(fresh.events, problems: problems) { error in
                logger.error("What was applied could not be noted; it is applied once more", metadata: ["error": "\(error)"])
            }
        } catch {
            try? await ledger.release(ledger.handover.giveUp(fresh.events))
            throw error
        }
    }

    private struct Fresh: Sendable {
        var events: [LedgerEvent] = []
        var items: [LedgerItem] = []
        var problems: [LedgerEvent.ID: String] = [:]
    }
}
