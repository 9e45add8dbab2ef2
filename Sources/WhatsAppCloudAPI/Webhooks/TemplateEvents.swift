import Foundation

/// A template's review moved on.
public struct TemplateStatusUpdate: Sendable, Hashable {
    /// The template (one name in one language).
    public let templateID: TemplateID
    /// Its name.
    public let name: String?
    /// The language's code.
    public let language: String?
    /// What Meta counts it as.
    public let category: TemplateCategory?
    /// `APPROVED`, `REJECTED`, `PAUSED` and others; more words than a template's status has.
    public let event: String
    /// Why; `NONE` or absent when there is nothing to say.
    public let reason: String?
    /// Meta's explanation of a rejection.
    public let rejectionDetail: String?
    /// Meta's advice after a rejection.
    public let recommendation: String?
    /// Such as `FIRST_PAUSE`.
    public let pauseTitle: String?
    /// How long a pause lasts, in Meta's words.
    public let pauseDescription: String?

    init?(_ value: JSONValue) {
        guard let id = value["message_template_id"]?.identifier, let event = value["event"]?.string else { return nil }
        templateID = TemplateID(id)
        self.event = event
        name = value["message_template_name"]?.string
        language = value["message_template_language"]?.string
        category = value["message_template_category"]?.string.map(TemplateCategory.init(rawValue:))
        reason = value["reason"]?.string
        rejectionDetail = value["rejection_info"]?["reason"]?.string
        recommendation = value["rejection_info"]?["recommendation"]?.string
        pauseTitle = value["other_info"]?["title"]?.string
        pauseDescription = value["other_info"]?["description"]?.string
    }
}

/// Meta counts a template as something else, now or in 24 hours.
public struct TemplateCategoryUpdate: Sendable, Hashable {
    /// The template.
    public let templateID: TemplateID
    /// Its name.
    public let name: String?
    /// The language's code.
    public let language: String?
    /// What it counts as now.
    public let category: TemplateCategory?
    /// What it counted as before; only once the change is done.
    public let previousCategory: TemplateCategory?
    /// What it will count as; only while the change is announced.
    public let announcedCategory: TemplateCategory?
    /// When the announced change happens.
    public let changesAt: Date?

    init?(_ value: JSONValue) {
        guard let id = value["message_template_id"]?.identifier else { return nil }
        templateID = TemplateID(id)
        name = value["message_template_name"]?.string
        language = value["message_template_language"]?.string
        category = value["new_category"]?.string.map(TemplateCategory.init(rawValue:))
        previousCategory = value["previous_category"]?.string.map(TemplateCategory.init(rawValue:))
        announcedCategory = value["correct_category"]?.string.map(TemplateCategory.init(rawValue:))
        changesAt = value["category_update_timestamp"]?.date
    }
}

/// People like a template more or less than before.
public struct TemplateQualityUpdate: Sendable, Hashable {
    /// The template.
    public let templateID: TemplateID
    /// Its name.
    public let name: String?
    /// The language's code.
    public let language: String?
    /// `GREEN`, `YELLOW`, `RED`, `UNKNOWN`.
    public let previousScore: String?
    /// `GREEN`, `YELLOW`, `RED`, `UNKNOWN`.
    public let newScore: String?

    init?(_ value: JSONValue) {
        guard let id = value["message_template_id"]?.identifier else { return nil }
        templateID = TemplateID(id)
        name = value["message_template_name"]?.string
        language = value["message_template_language"]?.string
        previousScore = value["previous_quality_score"]?.string
        newScore = value["new_quality_score"]?.string
    }
}
