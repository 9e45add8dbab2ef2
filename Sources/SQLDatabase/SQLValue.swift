import Foundation

/// A value as the engines store it. A BOOLEAN column answers `.integer` 0 or 1 on SQLite and `.boolean` on PostgreSQL;
/// decoding through `Codable` hides that.
public enum SQLValue: Sendable, Hashable {
    case null
    case integer(Int64)
    case real(Double)
    case text(String)
    case boolean(Bool)
    case blob([UInt8])
}

/// A Swift value that can be a parameter of a statement.
public protocol SQLBindable {
    /// How the value is stored.
    var sqlValue: SQLValue { get }
}

extension SQLValue: SQLBindable {
    @inlinable
    public var sqlValue: SQLValue { self }
}

extension String: SQLBindable {
    @inlinable
    public var sqlValue: SQLValue { .text(self) }
}

extension Int: SQLBindable {
    @inlinable
    public var sqlValue: SQLValue { .integer(Int64(self)) }
}

extension Int64: SQLBindable {
    @inlinable
    public var sqlValue: SQLValue { .integer(self) }
}

extension Double: SQLBindable {
    @inlinable
    public var sqlValue: SQLValue { .real(self) }
}

extension Bool: SQLBindable {
    @inlinable
    public var sqlValue: SQLValue { .boolean(self) }
}

extension Array: SQLBindable where Element == UInt8 {
    @inlinable
    public var sqlValue: SQLValue { .blob(self) }
}

extension Data: SQLBindable {
    @inlinable
    public var sqlValue: SQLValue { .blob(Array(self)) }
}

extension Date: SQLBindable {
    /// Milliseconds since 1970, rounded: the one form in which times are stored (BIGINT).
    /// What no calendar holds is as far as there is room.
    @inlinable
    public var sqlValue: SQLValue { .integer(Int64(min(max((timeIntervalSince1970 * 1000).rounded(), -9e18), 9e18))) }
}

extension Optional: SQLBindable where Wrapped: SQLBindable {
    @inlinable
    public var sqlValue: SQLValue { self?.sqlValue ?? .null }
}

extension RawRepresentable where Self: SQLBindable, RawValue: SQLBindable {
    /// The raw value's form, for identifiers and enums that declare themselves `SQLBindable`.
    @inlinable
    public var sqlValue: SQLValue { rawValue.sqlValue }
}
