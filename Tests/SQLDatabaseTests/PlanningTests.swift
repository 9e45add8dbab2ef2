import Testing

@testable import SQLDatabase

@Suite("Plans of prepared statements")
struct PlanningTests {
    @Test("A connection's plans are made anew twice in its first two seconds, after a long life every ten minutes")
    func times() {
        var planning = PlanningTimes()
        let start = ContinuousClock.now

        let atOnce = planning.isDue(at: start)
        let early = (1...20).count { planning.isDue(at: start + .milliseconds(100 * $0)) }
        let inADay = (1...86_400).count { planning.isDue(at: start + .seconds(2 + $0)) }

        #expect(!atOnce && early == 2)
        #expect(inADay > 144 && inADay < 160)
    }
}
