import Foundation
import SQLDatabase

/// Which of a landlord's conversations somebody wants to see.
public enum ConversationFilter: String, Sendable, CaseIterable {
    /// Neither put off nor done.
    case open
    /// Somebody wrote, and nobody of us has looked.
    case unread
    /// The last word is the tenant's.
    case waiting
    /// WhatsApp's 24 hours end within three.
    case closing
    /// The last message did not arrive, or nobody knows whether it did.
    case undelivered
    /// Open, and looked after by whoever asks.
    case mine
    /// Open, and looked after by nobody who works here.
    case nobodys
    /// Put off until a time that has not come.
    case later
    case done

    /// How long before its end a window counts as closing.
    public static let closesSoon: TimeInterval = 3 * 3_600

    /// For a statement that reads `conversations`.
    func condition(now: Date, for person: Person.ID) -> SQL {
        let isOpen = Filing.isOpen(now: now)
        switch self {
        case .open: return "AND \(isOpen)"
        case .mine: return "AND \(isOpen) AND assigned_to = \(person)"
        case .nobodys:
            return """
                AND \(isOpen) AND NOT EXISTS (SELECT 1 FROM members w WHERE w.landlord_id = conversations.landlord_id
                    AND w.person_id = conversations.assigned_to)
                """
        case .later: return "AND unread = 0 AND done_at IS NULL AND COALESCE(snoozed_until, 0) > \(now)"
        case .done: return "AND unread = 0 AND done_at IS NOT NULL"
        case .unread: return "AND unread > 0"
        case .waiting: return "AND \(isOpen) \(Self.lastMessage("m.direction = 'in'"))"
        case .closing:
            let opened = now - CustomerServiceWindow.length
            return "AND \(isOpen) AND last_inbound_at > \(opened) AND last_inbound_at < \(opened + Self.closesSoon)"
        case .undelivered:
            return Self.lastMessage(
                """
                m.direction = 'out' AND m.delivered_at IS NULL AND m.read_at IS NULL AND m.played_at IS NULL
                    AND (m.failed_at IS NOT NULL OR m.state IN ('refused', 'unknown', 'probablyNotSent'))
                """)
        }
    }

    private static func lastMessage(_ condition: SQL) -> SQL {
        """
        AND EXISTS (SELECT 1 FROM messages m WHERE m.landlord_id = conversations.landlord_id
            AND m.message_id = conversations.last_message_id AND \(condition))
        """
    }
}
