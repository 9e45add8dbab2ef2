import Foundation

/// A gap in a quick answer that is filled from what we know of the tenant.
public enum Placeholder: String, Sendable, CaseIterable {
    case firstName = "first_name"
    case name
    /// Property and flat in one.
    case address
    case property
    case unit
    case landlordName = "landlord_name"
    /// Whoever writes.
    case myName = "my_name"

    /// As it stands in a text.
    public var written: String { "{{\(rawValue)}}" }

    /// The names between double braces in a text, as they stand there, in order.
    static func names(in text: String) -> [String] {
        text.matches(of: /\{\{([^{}]*)\}\}/).map { String($0.1).trimmingCharacters(in: .whitespaces) }
    }

    /// Placeholders that stand in a text: gaps, in one that was filled.
    public static func gaps(in text: String) -> [Placeholder] {
        var seen: Set<Placeholder> = []
        return names(in: text).compactMap { Placeholder(rawValue: $0) }.filter { seen.insert($0).inserted }
    }

    /// The text with what is known; what is not stays as it is, for a person to look at. One pass: a tenant called "{{unit}}" fills nothing.
    static func fill(_ text: String, with values: [Placeholder: String]) -> String {
        text.replacing(/\{\{([^{}]*)\}\}/) { match in
            guard let known = Placeholder(rawValue: String(match.1).trimmingCharacters(in: .whitespaces)) else { return String(match.0) }
            guard let value = values[known], !value.isEmpty else { return known.written }
            // Nothing in a name may look like a gap afterwards.
            return value.replacing("{{", with: "{ {")
        }
    }
}
