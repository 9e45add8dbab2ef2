import SQLDatabase

/// One seed, lived and compared.
struct Trial: Sendable {
    let database: any Database
    var sabotage = Sabotage.none

    /// What is wrong with a story; empty when nothing is.
    func faults(of story: Story) async throws -> [String] {
        var run = ChaoticRun(story, on: database, sabotage: sabotage)
        let here = try await run.live()
        guard run.faults.isEmpty else { return run.faults }
        return try await here.differences(from: InOrderRun(seed: story.seed, timeline: run.timeline).facts(on: database))
    }

    /// The shortest story that still goes wrong, by leaving out ever smaller pieces (Zeller's delta debugging).
    func shrunk(_ story: Story) async throws -> Story {
        var best = story
        var pieces = 2
        while best.scenes.count > 1 {
            let size = (best.scenes.count + pieces - 1) / pieces
            var smaller: Story?
            for first in stride(from: 0, to: best.scenes.count, by: size) {
                var candidate = best
                candidate.scenes.removeSubrange(first..<min(first + size, best.scenes.count))
                guard try await !faults(of: candidate).isEmpty else { continue }
                smaller = candidate
                break
            }
            if let smaller {
                best = smaller
                pieces = max(2, pieces - 1)
            } else if size == 1 {
                return best
            } else {
                pieces = min(best.scenes.count, pieces * 2)
            }
        }
        return best
    }

    /// What went wrong, the shortest story in which it does, and how to see it again.
    func report(_ story: Story) async throws -> String {
        let short = try await shrunk(story), faults = try await faults(of: short)
        return """
            Seed \(story.seed) on \(database.dialect.rawValue) goes wrong:
            \(faults.prefix(4).map { "    " + $0 }.joined(separator: "\n"))
            It still does in \(short.scenes.count) of its \(story.scenes.count) scenes:
            \(short.scenes.map { "    \($0)" }.joined(separator: "\n"))
            To see it again: CHAOS_SEED=\(story.seed) bin/test truthUnderChaos
            """
    }
}
