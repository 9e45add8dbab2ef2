import Foundation
import Histogram

/// What came of a run.
struct Tally {
    /// Microseconds from the time a request was due to the end of its answer.
    private var latencies = Histogram<UInt64>(highestTrackableValue: 120_000_000, numberOfSignificantValueDigits: .three)
    private var statuses: [Int: Int] = [:]
    private(set) var answered = 0
    /// Good answers of the whole run, the warm-up included.
    var good = 0
    var failed = 0
    var notSent = 0

    mutating func record(status: Int, after nanoseconds: Int64) {
        answered += 1
        statuses[status, default: 0] += 1
        latencies.record(UInt64(min(max(nanoseconds / 1_000, 1), 119_000_000)))
    }

    func report(seconds: Double, made: Int) -> Report {
        func milliseconds(_ percentile: Double) -> Double { Double(latencies.valueAtPercentile(percentile)) / 1_000 }
        let good = statuses.filter { $0.key < 300 }.values.reduce(0, +)
        return Report(
            seconds: seconds, answered: answered, rate: Double(good) / seconds,
            statuses: Dictionary(uniqueKeysWithValues: statuses.map { (String($0), $1) }), failed: failed, notSent: notSent,
            p50: milliseconds(50), p90: milliseconds(90), p99: milliseconds(99), p999: milliseconds(99.9),
            max: Double(latencies.max) / 1_000, cpuSeconds: Self.processorSeconds, made: made, goodInAll: self.good)
    }

    private static var processorSeconds: Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}

/// The line of JSON that a run prints. Times are milliseconds.
struct Report: Encodable {
    let seconds: Double
    let answered: Int
    /// Good answers a second.
    let rate: Double
    let statuses: [String: Int]
    /// Connections that broke under a request.
    let failed: Int
    /// Requests that were due and could not be sent before the end.
    let notSent: Int
    let p50, p90, p99, p999, max: Double
    let cpuSeconds: Double
    let made: Int
    /// Good answers of the whole run, the warm-up included.
    let goodInAll: Int
}
