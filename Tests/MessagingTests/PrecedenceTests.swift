import Testing

@testable import Messaging

@Suite("Answering goes before applying, where one must wait for the other")
struct PrecedenceTests {
    private let start = ContinuousClock.now

    @Test("A stream that is stored as fast while events are applied does not slow down applying")
    func bearable() {
        var precedence = Precedence()
        precedence.rested(stored: 300, for: .milliseconds(30), at: start)

        precedence.worked(stored: 1_800, for: .milliseconds(200))

        #expect(precedence.rest(after: .milliseconds(200)) == .zero)
    }

    @Test("While fewer are stored because others are applied, applying rests three times as long as it works")
    func suffering() {
        var precedence = Precedence()
        precedence.rested(stored: 300, for: .milliseconds(30), at: start)

        precedence.worked(stored: 1_600, for: .milliseconds(200))

        #expect(precedence.rest(after: .milliseconds(200)) == .milliseconds(600))
    }

    @Test("It is measured again as time goes by: what was long ago fades")
    func fading() {
        var precedence = Precedence()
        precedence.rested(stored: 300, for: .milliseconds(30), at: start)
        precedence.worked(stored: 800, for: .milliseconds(200))
        let before = precedence.rest(after: .milliseconds(200))

        for _ in 0..<10 { precedence.worked(stored: 2_000, for: .milliseconds(200)) }

        #expect(before > .zero && precedence.rest(after: .milliseconds(200)) == .zero)
    }

    @Test("Until it has rested it does not know, so it rests for a moment, and again once a second")
    func probes() {
        var precedence = Precedence()
        let atFirst = precedence.probe(at: start), unknown = precedence.rest(after: .milliseconds(200))
        precedence.rested(stored: 300, for: .milliseconds(30), at: start)

        #expect(atFirst == .milliseconds(30) && unknown == .zero)
        #expect(precedence.probe(at: start + .milliseconds(999)) == .zero)
        #expect(precedence.probe(at: start + .seconds(1)) == .milliseconds(30))
    }
}
