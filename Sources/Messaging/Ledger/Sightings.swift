import Foundation
import WhatsAppCloudAPI

extension WebhookItem {
    /// Whom it speaks of, and as of when. What it announces is a moment newer than the names it uses itself. Of names in use the hour is
    /// enough to tell the newer one, and spares a row its change with each message.
    func sightings(receivedAt: Date) -> [Sighting] {
        let at = seenAt ?? receivedAt
        return used.map { Sighting(identity: $0, at: at.wholeHour) } + announced.map { Sighting(identity: $0, at: at + 0.001) }
    }

    /// The names by which it speaks of a person.
    private var used: [Identity] {
        switch content {
        case .message(let message): Identity.all(waID: message.from, userID: message.fromUserID, parentID: message.parentUserID)
        case .echo(let echo): Identity.all(waID: echo.to, userID: echo.toUserID, parentID: nil)
        case .status(let status): Identity.all(waID: status.recipientID, userID: status.recipientUserID, parentID: status.parentUserID)
        case .call(let call): call.isFromPerson ? Identity.all(waID: call.from, userID: call.fromUserID, parentID: nil) : []
        case .userPreference(let preference): Identity.all(waID: preference.waID, userID: preference.userID, parentID: nil)
        case .userIDUpdate(let update): Identity.all(waID: update.waID, userID: update.previous, parentID: update.previousParent)
        default: []
        }
    }

    /// The names that it says a person has from now on.
    private var announced: [Identity] {
        switch content {
        case .message(let message): message.content.newIdentities
        case .userIDUpdate(let update): Identity.all(waID: nil, userID: update.current, parentID: update.currentParent)
        default: []
        }
    }

    /// Meta's time of the names; nil where Meta told none. A status names a person as we did, however long ago that was: no news.
    private var seenAt: Date? {
        switch content {
        case .message(let message): message.timestamp
        case .call(let call): call.timestamp
        case .echo(let echo): echo.timestamp
        case .userIDUpdate(let update): update.timestamp ?? entryTime
        case .userPreference(let preference): preference.timestamp ?? entryTime
        default: Sighting.longAgo
        }
    }
}

extension InboundContent {
    /// What a notice says the person is known by from now on.
    fileprivate var newIdentities: [Identity] {
        guard case .system(let notice) = self else { return [] }
        return Identity.all(waID: notice.waID, userID: notice.userID, parentID: notice.parentUserID)
    }
}
