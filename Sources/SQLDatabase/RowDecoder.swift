import Foundation

/// Decodes a row: a keyed container finds columns by name, a single-value container reads the first column.
struct RowDecoder: Decoder {
    let row: SQLRow
    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func value<T: Decodable>(of type: T.Type) throws -> T {
        if ColumnDecoder.isStoredInOneColumn(type) { return try firstColumn().value(of: type) }
        return try T(from: self)
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedDecodingContainer<Key> {
        KeyedDecodingContainer(RowContainer(row: row))
    }

    func singleValueContainer() throws -> any SingleValueDecodingContainer {
        try firstColumn()
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        throw DecodingError.typeMismatch([SQLValue].self, .init(codingPath: [], debugDescription: "A row is not a list."))
    }

    private func firstColumn() throws -> ColumnDecoder {
        guard let value = row.values.first else {
            throw DecodingError.valueNotFound(SQLValue.self, .init(codingPath: [], debugDescription: "The result has no column."))
        }
        return ColumnDecoder(value: value, codingPath: [])
    }
}

/// A row's columns by the names of a type's properties.
private struct RowContainer<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let row: SQLRow
    var codingPath: [any CodingKey] { [] }
    var allKeys: [Key] { row.columns.compactMap(Key.init(stringValue:)) }

    func contains(_ key: Key) -> Bool {
        row.layout.position(of: key.stringValue) != nil
    }

    func decodeNil(forKey key: Key) throws -> Bool {
        try column(key).decodeNil()
    }

    func decode<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T {
        try column(key).value(of: type)
    }

    // An optional property whose column is not in the result is a misspelling, not a null. The standard library's own version for
    // each simple type would call it a null, so those that columns hold are spelt out.
    func decodeIfPresent<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T? { try optional(type, key) }
    func decodeIfPresent(_ type: Bool.Type, forKey key: Key) throws -> Bool? { try optional(type, key) }
    func decodeIfPresent(_ type: String.Type, forKey key: Key) throws -> String? { try optional(type, key) }
    func decodeIfPresent(_ type: Double.Type, forKey key: Key) throws -> Double? { try optional(type, key) }
    func decodeIfPresent(_ type: Int.Type, forKey key: Key) throws -> Int? { try optional(type, key) }
    func decodeIfPresent(_ type: Int64.Type, forKey key: Key) throws -> Int64? { try optional(type, key) }

    private func optional<T: Decodable>(_ type: T.Type, _ key: Key) throws -> T? {
        let column = try column(key)
        return column.decodeNil() ? nil : try column.value(of: type)
    }

    func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type, forKey key: Key) throws -> KeyedDecodingContainer<Nested> {
        try column(key).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        try column(key).unkeyedContainer()
    }

    func superDecoder() -> any Decoder { RowDecoder(row: row) }

    func superDecoder(forKey key: Key) throws -> any Decoder { try column(key) }

    private func column(_ key: Key) throws -> ColumnDecoder {
        guard let position = row.layout.position(of: key.stringValue) else {
            let columns = row.columns.joined(separator: ", ")
            throw DecodingError.keyNotFound(
                key, .init(codingPath: [], debugDescription: "No column for \(key.stringValue); the result has \(columns)."))
        }
        return ColumnDecoder(value: row.values[position], codingPath: [key])
    }
}
