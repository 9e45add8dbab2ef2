/// A visiting card in a message to a person, in Meta's own JSON, so that addresses, companies and whatever Meta adds pass through (fact sheet,
/// section 3.2).
public struct OutgoingCard: Sendable, Hashable {
    /// The whole card as Meta takes it.
    public var raw: JSONValue

    /// A card with a name and a number.
    /// - Parameters:
    ///   - name: the whole name; its first word is told as the first name, since Meta wants one part of it at least.
    ///   - phone: the number as it is to be read.
    ///   - waID: the number's `wa_id` when it is known to be on WhatsApp: the phone offers to write to it then.
    ///   - company: whom the person works for.
    public init(name: String, phone: String, waID: String? = nil, company: String? = nil) {
        let words = name.split(separator: " ", maxSplits: 1).map(String.init)
        var parts: [String: JSONValue] = ["formatted_name": .string(name), "first_name": .string(words.first ?? name)]
        if words.count > 1 { parts["last_name"] = .string(words[1]) }
        var number: [String: JSONValue] = ["phone": .string(phone), "type": "WORK"]
        if let waID { number["wa_id"] = .string(waID) }
        var card: [String: JSONValue] = ["name": .object(parts), "phones": .array([.object(number)])]
        if let company { card["org"] = ["company": .string(company)] }
        raw = .object(card)
    }

    /// The whole name, which Meta wants.
    public var formattedName: String? { raw["name"]?["formatted_name"]?.string }

    /// Whether it has one part of the name beside the whole, which Meta wants too.
    public var hasNamePart: Bool {
        ["first_name", "last_name", "middle_name", "prefix", "suffix"].contains { raw["name"]?[$0]?.string?.isEmpty == false }
    }
}

extension OutgoingCard: Codable {
    /// Reads Meta's JSON.
    ///
    /// - Throws: `DecodingError` when it is no object.
    public init(from decoder: any Decoder) throws {
        raw = try JSONValue(from: decoder)
        guard raw.object != nil else {
            throw DecodingError.typeMismatch(
                [String: JSONValue].self, .init(codingPath: decoder.codingPath, debugDescription: "A card is an object."))
        }
    }

    /// Writes Meta's JSON.
    ///
    /// - Throws: whatever the encoder throws.
    public func encode(to encoder: any Encoder) throws { try raw.encode(to: encoder) }
}
