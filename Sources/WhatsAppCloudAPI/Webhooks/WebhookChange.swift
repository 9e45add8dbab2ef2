import Foundation

/// One `changes[]` element: a field's name and its value, which may tell many things.
struct WebhookChange {
    let field: String
    let value: JSONValue
    let entryTime: Date?

    var contents: [WebhookItem.Content] {
        let found =
            switch field {
            case "messages": conversation
            case "smb_message_echoes", "message_echoes": echoes
            case "history": history
            case "smb_app_state_sync": each("state_sync") { StateSync($0).map(WebhookItem.Content.stateSync) }
            case "calls": each("calls") { CallEvent($0).map(WebhookItem.Content.call) }
            case "user_preferences": each("user_preferences") { UserPreference($0).map(WebhookItem.Content.userPreference) }
            case "user_id_update": each("user_id_update") { UserIDUpdate($0).map(WebhookItem.Content.userIDUpdate) }
            default: [single].compactMap { $0 }
            }
        return found.isEmpty ? [.unknown(value)] : found
    }

    private var conversation: [WebhookItem.Content] {
        let people = WebhookPeople(value["contacts"])
        let messages = each("messages") {
            InboundMessage($0, people: people, entryTime: entryTime).map(WebhookItem.Content.message)
        }
        let statuses = each("statuses") {
            StatusUpdate($0, people: people, entryTime: entryTime).map(WebhookItem.Content.status)
        }
        let errors = WebhookError.list(value["errors"])
        return messages + statuses + (errors.isEmpty ? [] : [.valueErrors(errors)])
    }

    private var echoes: [WebhookItem.Content] {
        let people = WebhookPeople(value["contacts"])
        return each("message_echoes") { MessageEcho($0, people: people, entryTime: entryTime).map(WebhookItem.Content.echo) }
    }

    private var history: [WebhookItem.Content] {
        let chunks = each("history") { $0.object == nil ? nil : .history(HistoryChunk($0)) }
        let late = value["messages"]?.array ?? []
        return late.isEmpty ? chunks : chunks + [.history(HistoryChunk(.null, lateMedia: late))]
    }

    /// Fields that tell one thing.
    private var single: WebhookItem.Content? {
        switch field {
        case "message_template_status_update": TemplateStatusUpdate(value).map(WebhookItem.Content.templateStatus)
        case "template_category_update": TemplateCategoryUpdate(value).map(WebhookItem.Content.templateCategory)
        case "message_template_quality_update": TemplateQualityUpdate(value).map(WebhookItem.Content.templateQuality)
        case "account_update": AccountUpdate(value).map(WebhookItem.Content.accountUpdate)
        case "account_review_update": value["decision"]?.string.map(WebhookItem.Content.review)
        case "account_alerts": .alert(AccountAlert(value))
        case "business_capability_update": .capability(CapabilityUpdate(value))
        case "phone_number_quality_update": PhoneQualityUpdate(value).map(WebhookItem.Content.phoneQuality)
        case "phone_number_name_update": PhoneNameUpdate(value).map(WebhookItem.Content.phoneName)
        case "security": SecurityEvent(value).map(WebhookItem.Content.security)
        default: nil
        }
    }

    /// One content per element of a list; an element that cannot be read survives as it came.
    private func each(_ key: String, _ read: (JSONValue) -> WebhookItem.Content?) -> [WebhookItem.Content] {
        (value[key]?.array ?? []).map { read($0) ?? .unknown($0) }
    }
}
