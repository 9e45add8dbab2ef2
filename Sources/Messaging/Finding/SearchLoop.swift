import Logging
import SQLDatabase

/// Keeps the index of words: a job of its own, so that neither applying nor sending waits for it. It takes a quarter of a processor at most. What it
/// reads and folds is outside of the transaction that writes; a process that dies has written a step or has not.
struct SearchLoop: Sendable {
    /// Landlords looked after in one turn, and looked through by the slow walk.
    private static let landlords = 50, walked = 500
    /// Ticks come in flocks: a message is looked at once for all of them.
    private static let breath = Duration.milliseconds(200)

    let database: any Database
    let news: SearchNews
    let logger: Logger

    func run() async {
        var walk = Walk(), ways: [Landlord.ID: [SearchStep.Place]] = [:]
        await news.wake.loop(pausing: {
            let began = ContinuousClock.now
            do {
                try await look(&walk)
                let isBusy = try await turn(&ways)
                let took = began.duration(to: .now)
                try? await Task.sleep(for: max(isBusy ? .milliseconds(10) : Self.breath, took * 3))
                return isBusy ? .zero : .seconds(1)
            } catch {
                if !Task.isCancelled { logger.error("Keeping the index of words failed", metadata: ["error": "\(error)"]) }
                return .seconds(1)
            }
        })
    }

    /// Works until nothing is left, for tests and for commands that end.
    func runToTheEnd() async throws {
        var walk = Walk(), ways: [Landlord.ID: [SearchStep.Place]] = [:]
        repeat { try await look(&walk, isPatient: false) } while walk.after != Landlord.ID("")
        while try await turn(&ways) {}
    }

    private struct Walk {
        var after = Landlord.ID("")
        var nextAt = ContinuousClock.now
    }

    // Whoever is behind without anybody having said so: after a crash, and those who were there before the index.
    private func look(_ walk: inout Walk, isPatient: Bool = true) async throws {
        guard !isPatient || walk.nextAt <= .now else { return }
        let after = walk.after
        let found = try await database.read { try SearchState.some(Self.walked, after: after, on: $0) }
        walk.after = found.count == Self.walked ? found.last?.landlordId ?? Landlord.ID("") : Landlord.ID("")
        walk.nextAt = .now + .seconds(1)
        news.note(found.filter(\.isBehind).map(\.landlordId))
    }

    /// A step for each of some landlords. Answers whether there is more to do.
    private func turn(_ ways: inout [Landlord.ID: [SearchStep.Place]]) async throws -> Bool {
        var landlords = news.take(Self.landlords)[...], steps: [SearchStep] = [], size = 0
        while size < SearchStep.most, let landlord = landlords.popFirst() {
            guard let step = try await step(landlord, ways[landlord] ?? []) else { continue }
            steps.append(step)
            size += step.documents.count + step.gone.count
        }
        news.putBack(landlords)
        steps.sort { $0.read.landlordId < $1.read.landlordId }
        for (step, isDone) in zip(steps, try await write(steps)) {
            // Or else somebody else is at this landlord, and goes on.
            ways[step.read.landlordId] = isDone && !step.way.isEmpty ? step.way : nil
            if isDone && step.hasMore { news.note([step.read.landlordId]) }
        }
        return !news.isEmpty
    }

    private func step(_ landlord: Landlord.ID, _ way: [SearchStep.Place]) async throws -> SearchStep? {
        let (step, isNew) = try await database.read { db in
            let rows = LandlordRows(landlord, db)
            return (try SearchStep(rows, way: way), try rows.searchProgress() == nil)
        }
        guard isNew else { return step }
        do {
            try await database.write { try LandlordRows(landlord, $0).beginSearch() }
        } catch DatabaseError.uniqueViolation {
            // Another process has begun with somebody at the same moment; the slow walk comes by again.
            return nil
        }
        return try await database.read { try SearchStep(LandlordRows(landlord, $0)) }
    }

    private func write(_ steps: [SearchStep]) async throws -> [Bool] {
        guard !steps.isEmpty else { return [] }
        let done = try await database.write { db in try steps.map { try $0.write(on: db) } }
        if steps.contains(where: \.changesWords) { try await database.write { try SearchIndex.merge(on: $0) } }
        return done
    }
}
