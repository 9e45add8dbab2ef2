import Synchronization

/// A number that several tasks change.
public final class Counter: Sendable {
    private let number = Atomic<Int>(0)

    public init() {}

    public var value: Int { number.load(ordering: .relaxed) }

    @discardableResult
    public func add(_ amount: Int = 1) -> Int {
        number.add(amount, ordering: .relaxed).newValue
    }
}
