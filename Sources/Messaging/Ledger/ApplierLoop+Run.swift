import SQLDatabase
import Synchronization

extension ApplierLoop {
    /// Between looks into the tables while nothing waits there. Fresh events never rest for longer.
    private static let lull = Duration.milliseconds(100)

    /// Whether what waits in the tables is applied beside what is fresh, by another transaction: SQLite has one writer.
    var worksAside: Bool { database.dialect == .postgres }

    /// Applies what is stored until the task is cancelled.
    func run() async {
        if database.dialect == .sqlite { _ = await attempt("releasing leases") { try await ledger.releaseAll() } }
        let turn = Turn(), course = Course()
        if worksAside { await runAside(course, turn) } else { await runInTurns(course, turn) }
        _ = await attempt("leaving events to others") {
            let claimed = try? await turn.takeAhead()
            try await ledger.release(ledger.handover.close() + (claimed ?? []).map(\.id))
        }
    }

    private func runInTurns(_ course: Course, _ turn: Turn) async {
        await wake.loop(pausing: {
            let fresh = await applyFresh(course), pause = await lookIntoTables(course, turn)
            return fresh > 0 ? .zero : pause
        })
    }

    // A flood in the tables then holds up nobody who is fresh, and its transactions may be long.
    private func runAside(_ course: Course, _ turn: Turn) async {
        let tables = Wake()
        async let aside: Void = tables.loop(pausing: { await lookIntoTables(course, turn) })
        await wake.loop(pausing: {
            tables.signal()
            return await applyFresh(course) > 0 ? .zero : .seconds(1)
        })
        await aside
    }

    // Only a crowd's rounds may have to rest: who has little to say waits for nobody, and one account's flood is soon in the tables.
    private func applyFresh(_ course: Course) async -> Int {
        let begun = ContinuousClock.now
        let fresh = await attempt("applying fresh events") { try await applyFresh() } ?? 0
        guard fresh >= Self.mostEvents / 2 else { return fresh }
        let rest = course.wasFull(after: .now - begun)
        if ledger.isPressed { try? await Task.sleep(for: min(rest, Self.lull)) }
        return fresh
    }

    // Answers how long there is surely nothing to do there.
    private func lookIntoTables(_ course: Course, _ turn: Turn) async -> Duration {
        if let pause = course.pause(at: .now) { return pause }
        course.begin(at: .now, stored: ledger.figures.now.stored)
        let found = await applyTables(turn)
        if found, ledger.isPressed {
            course.end(at: .now, stored: ledger.figures.now.stored)
        } else {
            course.end(at: .now, resting: found ? .zero : Self.lull)
        }
        return found ? .zero : .seconds(1)
    }
}

/// When the tables are looked into next, and what was stored while they were and while they were not.
private final class Course: Sendable {
    private typealias Reading = (time: ContinuousClock.Instant, stored: Int)

    private struct State {
        var nextLook = ContinuousClock.now
        var working: Reading?, resting: Reading?
        var precedence = Precedence()
    }

    private let state = Mutex(State())

    /// How long it is until the next look; nil when it is time.
    func pause(at now: ContinuousClock.Instant) -> Duration? {
        state.withLock { $0.nextLook > now ? $0.nextLook - now : nil }
    }

    /// The applier was busy with fresh events, so it has not rested. Answers how long it should rest now.
    func wasFull(after work: Duration) -> Duration {
        state.withLock { state in
            state.resting = nil
            return state.precedence.rest(after: work)
        }
    }

    func begin(at now: ContinuousClock.Instant, stored: Int) {
        state.withLock { state in
            if let rest = state.resting { state.precedence.rested(stored: stored - rest.stored, for: now - rest.time, at: now) }
            (state.working, state.resting) = ((now, stored), nil)
        }
    }

    /// Many requests wait for their answers: it may have to rest.
    func end(at now: ContinuousClock.Instant, stored: Int) {
        state.withLock { state in
            guard let work = state.working else { return }
            state.precedence.worked(stored: stored - work.stored, for: now - work.time)
            let rest = state.precedence.rest(after: now - work.time)
            state.nextLook = now + (rest > .zero ? rest : state.precedence.probe(at: now))
            (state.working, state.resting) = (nil, (now, stored))
        }
    }

    func end(at now: ContinuousClock.Instant, resting pause: Duration) {
        state.withLock { state in
            state.nextLook = now + pause
            (state.working, state.resting) = (nil, nil)
        }
    }
}
