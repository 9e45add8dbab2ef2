import Messaging

extension Desk {
    /// What surrounds a page of the landlord's, for whoever sits at this desk.
    /// - Parameter sequence: the newest change that the page shows; without it, the newest there is.
    func frame(
        title: String, csrf: String, section: Frame.Section = .none, after sequence: Int64? = nil, pane: Frame.Pane = .page
    ) async throws -> Frame {
        let shown: Int64 = if let sequence { sequence } else { try await liveSequence() }
        return Frame(
            title: title, landlord: landlord.name, person: personName, csrf: csrf, section: section,
            unread: try await unreadConversations(), live: Paths.live(after: shown, of: landlord.landlordID.rawValue), pane: pane,
            others: try await otherLandlords().map { Frame.Other(otherID: $0.landlordID.rawValue, otherName: $0.name) })
    }
}
