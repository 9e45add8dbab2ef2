import Foundation
import Synchronization

/// Waits for a condition; says what it waited for when it never came.
@discardableResult
public func eventually<Found>(
    _ what: String, within time: Duration = .seconds(60), _ condition: () async throws -> Found?
) async throws -> Found {
    let deadline = ContinuousClock.now + time
    while ContinuousClock.now < deadline {
        if let found = try await condition() { return found }
        try await ContinuousClock().sleep(for: .milliseconds(10))
    }
    throw NeverHappened(what: what)
}

/// Waits until a claim holds.
public func eventually(_ what: String, _ condition: () async throws -> Bool) async throws {
    _ = try await eventually(what) { () -> Bool? in try await condition() ? true : nil }
}

/// A condition that did not come.
public struct NeverHappened: Error, CustomStringConvertible {
    let what: String
    public var description: String { "Never happened: \(what)" }
}

/// A clock that runs with real time and moves on when a test says so.
public final class TestClock: Sendable {
    private let offset = Mutex<TimeInterval>(0)

    public init() {}

    public var now: Date { Date().addingTimeInterval(offset.withLock { $0 }) }

    public func advance(by seconds: TimeInterval) {
        offset.withLock { $0 += seconds }
    }
}
