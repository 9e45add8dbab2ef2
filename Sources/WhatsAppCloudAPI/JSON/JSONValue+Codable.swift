import Foundation

extension JSONValue: Codable {
    /// Reads whatever value is there.
    ///
    /// - Throws: `DecodingError` when the decoder holds something that JSON has no word for.
    public init(from decoder: any Decoder) throws {
        if let array = try? decoder.unkeyedContainer() {
            self = .array(try Self.elements(of: array))
        } else if let object = try? decoder.container(keyedBy: AnyKey.self) {
            self = .object(try Self.members(of: object))
        } else {
            self = try Self.scalar(in: decoder.singleValueContainer())
        }
    }

    /// Writes the value as it is; whole numbers of more than the 38 digits that `Decimal` holds become text.
    ///
    /// - Throws: whatever the encoder throws.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .bool(let value): try container.encode(value)
        case .integer(let value): try container.encode(value)
        case .bigInteger(let digits):
            if digits.utf8.count <= 38, let decimal = Decimal(string: digits) {
                try container.encode(decimal)
            } else {
                try container.encode(digits)
            }
        case .number(let value): try container.encode(value)
        case .string(let text): try container.encode(text)
        case .array(let elements): try container.encode(elements)
        case .object(let members): try container.encode(members)
        }
    }

    private static func elements(of source: any UnkeyedDecodingContainer) throws -> [JSONValue] {
        var source = source
        var elements: [JSONValue] = []
        while !source.isAtEnd {
            elements.append(try source.decode(JSONValue.self))
        }
        return elements
    }

    private static func members(of source: KeyedDecodingContainer<AnyKey>) throws -> [String: JSONValue] {
        var members: [String: JSONValue] = [:]
        for key in source.allKeys {
            members[key.stringValue] = try source.decode(JSONValue.self, forKey: key)
        }
        return members
    }

    private static func scalar(in container: any SingleValueDecodingContainer) throws -> JSONValue {
        if container.decodeNil() { return .null }
        if let value = try? container.decode(Bool.self) { return .bool(value) }
        if let value = try? container.decode(Int64.self) { return .integer(value) }
        if let value = try? container.decode(UInt64.self) { return .bigInteger(String(value)) }
        if let value = try? container.decode(Double.self) { return .number(value) }
        return .string(try container.decode(String.self))
    }
}

/// A key whose name is known only while decoding.
struct AnyKey: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(stringValue: String) {
        self.stringValue = stringValue
    }

    init?(intValue: Int) {
        nil
    }
}
