import Foundation

/// Decodes one column's value.
struct ColumnDecoder: Decoder, SingleValueDecodingContainer {
    let value: SQLValue
    let codingPath: [any CodingKey]
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    /// Types whose own `Decodable` form is not the column's: times are milliseconds, bytes are blobs, addresses are text.
    static func isStoredInOneColumn(_ type: any Decodable.Type) -> Bool {
        type == Date.self || type == Data.self || type == [UInt8].self || type == URL.self
    }

    func value<T: Decodable>(of type: T.Type) throws -> T {
        let special: Any?
        switch (type, value) {
        case (is Date.Type, .integer(let milliseconds)): special = Date(timeIntervalSince1970: Double(milliseconds) / 1000)
        case (is Data.Type, .blob(let bytes)): special = Data(bytes)
        case (is [UInt8].Type, .blob(let bytes)): special = bytes
        case (is URL.Type, .text(let text)): special = URL(string: text)
        default: special = nil
        }
        if let special = special as? T { return special }
        if Self.isStoredInOneColumn(type) { throw mismatch(type) }
        return try T(from: self)
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        throw mismatch([String: SQLValue].self)
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        throw mismatch([SQLValue].self)
    }

    func singleValueContainer() -> any SingleValueDecodingContainer { self }

    func decodeNil() -> Bool { value == .null }

    func decode(_ type: Bool.Type) throws -> Bool {
        switch value {
        case .boolean(let flag): return flag
        case .integer(0): return false
        case .integer(1): return true
        default: throw mismatch(type)
        }
    }

    func decode(_ type: String.Type) throws -> String {
        guard case .text(let text) = value else { throw mismatch(type) }
        return text
    }

    func decode(_ type: Double.Type) throws -> Double {
        switch value {
        case .real(let number): return number
        case .integer(let number): return Double(number)
        default: throw mismatch(type)
        }
    }

    func decode(_ type: Float.Type) throws -> Float { Float(try decode(Double.self)) }
    func decode(_ type: Int.Type) throws -> Int { try integer(type) }
    func decode(_ type: Int8.Type) throws -> Int8 { try integer(type) }
    func decode(_ type: Int16.Type) throws -> Int16 { try integer(type) }
    func decode(_ type: Int32.Type) throws -> Int32 { try integer(type) }
    func decode(_ type: Int64.Type) throws -> Int64 { try integer(type) }
    func decode(_ type: UInt.Type) throws -> UInt { try integer(type) }
    func decode(_ type: UInt8.Type) throws -> UInt8 { try integer(type) }
    func decode(_ type: UInt16.Type) throws -> UInt16 { try integer(type) }
    func decode(_ type: UInt32.Type) throws -> UInt32 { try integer(type) }
    func decode(_ type: UInt64.Type) throws -> UInt64 { try integer(type) }
    func decode<T: Decodable>(_ type: T.Type) throws -> T { try value(of: type) }

    private func integer<T: FixedWidthInteger>(_ type: T.Type) throws -> T {
        guard case .integer(let number) = value, let result = T(exactly: number) else { throw mismatch(type) }
        return result
    }

    // Names the kind of the stored value, never the value: it may be personal.
    private func mismatch(_ type: Any.Type) -> DecodingError {
        let column = codingPath.last.map { "The column for \($0.stringValue)" } ?? "The first column"
        let kind =
            switch value {
            case .null: "null"
            case .integer: "an integer"
            case .real: "a real number"
            case .text: "text"
            case .boolean: "a boolean"
            case .blob: "bytes"
            }
        let context = DecodingError.Context(codingPath: codingPath, debugDescription: "\(column) holds \(kind), not a \(type).")
        return value == .null ? .valueNotFound(type, context) : .typeMismatch(type, context)
    }
}
