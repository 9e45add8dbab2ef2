import Foundation
import SQLDatabase
import WhatsAppCloudAPI

/// A person a landlord writes to, known by any number of identities, or (until they write) by none.
public struct Contact: Sendable, Equatable {
    public typealias ID = Identifier<Contact>

    public let contactId: ID
    /// The platform's own tenant ID.
    public let externalId: String?
    public let name: String?
    /// E.164, as synced from the platform.
    public let phone: String?
    public let property: String?
    public let unit: String?
    public let language: String?
    public let optInSource: String?
    public let optInAt: Date?
    public let optInWording: String?
    public let optedOutAt: Date?
    /// What the person calls themselves on WhatsApp.
    public let profileName: String?
    public let username: String?
    public let searchKey: String
    public let createdAt: Date
    public let updatedAt: Date

    static let columns: SQL = """
        contact_id, external_id, name, phone, property, unit, language, opt_in_source, opt_in_at, opt_in_wording, opted_out_at,
        profile_name, username, search_key, created_at, updated_at
        """

    /// The best name we have for the person.
    public var displayName: String {
        name ?? profileName ?? username.map { "@\($0)" } ?? phone ?? "Unknown person"
    }

    public var hasOptedOut: Bool { optedOutAt != nil }
    public var hasOptedIn: Bool { optInAt != nil && optedOutAt == nil }
}

extension Contact: ReadsColumns {
    public init(_ columns: inout Columns) throws {
        (contactId, externalId, name) = (try columns.value(), try columns.optionalText(), try columns.optionalText())
        (phone, property, unit) = (try columns.optionalText(), try columns.optionalText(), try columns.optionalText())
        (language, optInSource, optInAt) = (try columns.optionalText(), try columns.optionalText(), try columns.optionalDate())
        (optInWording, optedOutAt) = (try columns.optionalText(), try columns.optionalDate())
        (profileName, username, searchKey) = (try columns.optionalText(), try columns.optionalText(), try columns.text())
        (createdAt, updatedAt) = (try columns.date(), try columns.date())
    }
}

/// One way of knowing a person. The key is what two sightings of the same person share.
struct Identity: Hashable {
    enum Kind: String, Codable, SQLBindable {
        case number, bsuid, parentBsuid
    }

    let kind: Kind
    let value: String
    /// Meta's and people's spellings of one number share a key.
    let key: String

    init(kind: Kind, value: String) {
        (self.kind, self.value) = (kind, value)
        key =
            switch kind {
            case .number: "number:" + PhoneNumber.folded(value)
            case .bsuid: "bsuid:" + value
            case .parentBsuid: "parent:" + value
            }
    }

    static func number(_ digits: String) -> Identity { Identity(kind: .number, value: digits) }

    /// Every identity that a webhook gives for a person; any of them may be absent.
    static func all(waID: WhatsAppID?, userID: BusinessScopedUserID?, parentID: BusinessScopedUserID?) -> [Identity] {
        var found: [Identity] = []
        if let userID { found.append(Identity(kind: .bsuid, value: userID.rawValue)) }
        if let waID { found.append(.number(waID.rawValue)) }
        if let parentID { found.append(Identity(kind: .parentBsuid, value: parentID.rawValue)) }
        return found
    }
}

/// An identity, and when the person went by it: by Meta's time of what told it. The newest one is written to.
struct Sighting {
    /// For what tells a name without telling that it is the newest: that it is known counts, and nothing more.
    static let longAgo = Date(milliseconds: 0)

    let identity: Identity
    let at: Date
}

/// Text to search and sort by: folded, so that "Łukasz" is found by "lukasz".
func searchKey(_ parts: String?...) -> String {
    parts.compactMap { $0 }.joined(separator: " ")
        .folding(options: [.diacriticInsensitive, .caseInsensitive, .widthInsensitive], locale: Locale(identifier: "en_GB"))
        .replacing("ł", with: "l").lowercased()
}
