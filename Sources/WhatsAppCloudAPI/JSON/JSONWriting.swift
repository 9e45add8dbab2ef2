import Foundation

extension JSONValue {
    /// The value as UTF-8 JSON; members in the order of their names, so that equal values have equal bytes.
    public var serialized: [UInt8] { json(self) }
}

/// The bytes of a value of our own. Members are ordered by name, and slashes stay as they are.
func json(_ value: some Encodable) -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    // Only a number without a JSON form (infinity) can fail here, and no value of ours holds one.
    return (try? encoder.encode(value)).map(Array.init) ?? []
}
