import Testing

@testable import Messaging

@Suite("Asking how far behind applying is")
struct LagReadingTests {
    @Test("The answer is kept for twenty times as long as the look into the tables took")
    func kept() {
        let reading = LagReading(), start = ContinuousClock.now
        let nothing = reading.known(at: start)

        reading.keep(LagRow(waiting: 7, oldest: nil, replaying: 0), from: start, to: start + .milliseconds(10))

        #expect(nothing?.waiting == nil)
        #expect(reading.known(at: start + .milliseconds(209))?.waiting == 7)
        #expect(reading.known(at: start + .milliseconds(210)) == nil)
    }
}
