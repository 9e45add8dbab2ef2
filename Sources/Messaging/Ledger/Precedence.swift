/// Who goes first while more waits than can be applied: answering, for Meta waits for it. Whether answering suffers from applying at all is
/// measured, since no two machines are alike: a steady stream that the machine can bear is stored as fast while events are being applied.
struct Precedence {
    /// Rest after work, as a multiple of it, while answering suffers.
    private static let restraint = 3.0
    /// Storing at less than this part of its speed counts as suffering.
    private static let bearable = 0.85
    /// How long, and how often, applying rests just to see whether storing becomes faster then.
    private static let probe = Duration.milliseconds(30), pauseBetweenProbes = Duration.seconds(1)

    private var working = Speed(), resting = Speed()
    private var restedAt: ContinuousClock.Instant?

    /// Events stored within a time in which events were being applied.
    mutating func worked(stored: Int, for time: Duration) {
        working.add(stored, time)
    }

    /// Events stored within a time in which none were.
    mutating func rested(stored: Int, for time: Duration, at moment: ContinuousClock.Instant) {
        resting.add(stored, time)
        restedAt = moment
    }

    /// How long applying should rest after it has worked for a time: not at all while storing does not suffer.
    func rest(after work: Duration) -> Duration {
        guard let working = working.value, let resting = resting.value, working < Self.bearable * resting else { return .zero }
        return work * Self.restraint
    }

    /// How long it should rest to find out whether storing suffers; zero when that is known.
    func probe(at moment: ContinuousClock.Instant) -> Duration {
        restedAt.map { moment - $0 < Self.pauseBetweenProbes } ?? false ? .zero : Self.probe
    }
}

/// Events per second, of late.
private struct Speed {
    private static let memory = 0.7
    private var events = 0.0, seconds = 0.0

    var value: Double? { seconds > 0 ? events / seconds : nil }

    mutating func add(_ count: Int, _ time: Duration) {
        events = events * Self.memory + Double(count)
        seconds = seconds * Self.memory + time / .seconds(1)
    }
}
