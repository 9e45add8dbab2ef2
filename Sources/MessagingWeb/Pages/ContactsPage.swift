import Foundation

/// The landlord's tenants, with a way to write to each.
struct ContactsPage: Page {
    static let view = "contacts"

    struct Tenant: Sendable {
        let plate: DoorPlate
        let name: String
        let home: String?
        let number: String?
        let consentWords: String
        let consentTone: String
        let lastWords: String
        let writeTo: String?

        /// - Parameters:
        ///   - contact: our ID of the contact.
        ///   - home: property and flat.
        ///   - number: written for people, nil when there is none.
        ///   - lastMessageAt: of either side, nil when nobody has written.
        ///   - canWrite: whether there is any way to reach them; without one the row has no "Write".
        init(
            contact: String, plate: DoorPlate, name: String, home: String?, number: String?, consent: Consent, lastMessageAt: Date?,
            canWrite: Bool = true, words: TimeWords
        ) {
            (self.plate, self.name, self.home, self.number) = (plate, name, home, number)
            (consentWords, consentTone) = consent.tag
            lastWords = lastMessageAt.map(words.dayAndTime) ?? "never"
            writeTo = canWrite ? Paths.conversation(ofContact: contact) : nil
        }
    }

    let frame: Frame
    let summary: String
    let search: String
    let searchPath: String
    let tenants: [Tenant]
    let hasTenants: Bool
    let nobody: InboxPage.Nothing?
    let next: String?

    /// - Parameters:
    ///   - total: how many tenants there are, also those not on this page.
    ///   - search: what was searched for, empty for everything.
    ///   - tenants: those to show.
    ///   - next: address of the next page, nil on the last.
    init(frame: Frame, total: Int, search: String = "", tenants: [Tenant], next: String? = nil) {
        self.frame = frame
        self.search = search
        self.tenants = tenants
        self.next = next
        searchPath = Paths.contacts
        hasTenants = !tenants.isEmpty
        summary = (total == 1 ? "1 person" : "\(total) people") + ", kept up to date by ZenRent"
        nobody = tenants.isEmpty ? Self.nobody(search: search) : nil
    }

    private static func nobody(search: String) -> InboxPage.Nothing {
        search.isEmpty
            ? .init(
                nothingTitle: "No tenants yet",
                nothingWords: "Tenants come from ZenRent by themselves as soon as a lease has a phone number.",
                way: nil)
            : .init(
                nothingTitle: "Nobody found for “\(search)”", nothingWords: "Names, flats and numbers are searched.",
                way: .init(linkName: "Show all tenants", href: Paths.contacts))
    }
}
