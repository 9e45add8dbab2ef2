/// A template as Meta keeps it.
public struct TemplateInfo: Sendable, Hashable {
    /// Its ID.
    public let id: TemplateID
    /// Its name; one name may exist in several languages, each with its own ID.
    public let name: String
    /// The language's code.
    public let language: String
    /// Where its review stands.
    public let status: TemplateStatus
    /// What Meta counts it as.
    public let category: TemplateCategory?
    /// Its parts; a part that cannot be read is left out here and kept in ``raw``.
    public let components: [TemplateComponent]
    /// `GREEN`, `YELLOW`, `RED`, `UNKNOWN`.
    public let qualityScore: String?
    /// Why it was rejected; `NONE` otherwise.
    public let rejectedReason: String?
    /// `NAMED` or `POSITIONAL`.
    public let parameterFormat: String?
    /// Everything Meta said.
    public let raw: JSONValue

    init?(_ object: JSONValue) {
        guard let id = object["id"]?.identifier, let name = object["name"]?.string, let language = object["language"]?.string else {
            return nil
        }
        self.id = TemplateID(id)
        self.name = name
        self.language = language
        status = TemplateStatus(object["status"]?.string ?? "UNKNOWN")
        category = object["category"]?.string.map(TemplateCategory.init(rawValue:))
        components = object["components"]?.array?.compactMap(TemplateComponent.init(object:)) ?? []
        qualityScore = object["quality_score"]?["score"]?.string
        rejectedReason = object["rejected_reason"]?.string
        parameterFormat = object["parameter_format"]?.string
        raw = object
    }
}

/// Where a template's review stands; only `APPROVED` can be sent.
public struct TemplateStatus: MetaText {
    /// Meta's word.
    public let rawValue: String
    /// Wraps Meta's word.
    public init(rawValue: String) { self.rawValue = rawValue }

    public static let pending: TemplateStatus = "PENDING"
    public static let approved: TemplateStatus = "APPROVED"
    public static let rejected: TemplateStatus = "REJECTED"
    public static let paused: TemplateStatus = "PAUSED"
    public static let disabled: TemplateStatus = "DISABLED"
    public static let archived: TemplateStatus = "ARCHIVED"
}

/// Meta's answer to a new template.
public struct CreatedTemplate: Sendable, Hashable {
    /// Its ID.
    public let id: TemplateID
    /// Mostly `PENDING`; Meta's review takes minutes to a day.
    public let status: TemplateStatus
    /// What Meta counts it as, which may differ from what was asked.
    public let category: TemplateCategory?
}

extension TemplateComponent {
    init?(object: JSONValue) {
        guard let type = object["type"]?.string else { return nil }
        self.init(
            type: type, format: object["format"]?.string, text: object["text"]?.string, example: object["example"],
            buttons: object["buttons"]?.array)
    }
}

extension GraphClient {
    private static var templateFields: String {
        "id,name,language,status,category,components,quality_score,rejected_reason,parameter_format"
    }

    /// All templates of an account, in every language and state.
    ///
    /// - Throws: ``GraphFailure``.
    public func templates(of account: WABAID, token: AccessToken) async throws(GraphFailure) -> [TemplateInfo] {
        let query = [("fields", Self.templateFields), ("limit", "100")]
        return try await pages(of: [account.rawValue, "message_templates"], query: query, token: token).compactMap(TemplateInfo.init)
    }

    /// Hands a template to Meta for review.
    ///
    /// - Throws: ``GraphFailure``; refused with 100 and a subcode of the 2388… family when Meta's form rules are broken.
    public func createTemplate(
        _ definition: TemplateDefinition, in account: WABAID, token: AccessToken
    ) async throws(GraphFailure) -> CreatedTemplate {
        let answer = try await perform(.post(account.rawValue, "message_templates", json: json(definition), token: token))
        guard let id = answer["id"]?.identifier else { throw .unexpected(answer) }
        return CreatedTemplate(
            id: TemplateID(id), status: TemplateStatus(answer["status"]?.string ?? "PENDING"),
            category: answer["category"]?.string.map(TemplateCategory.init(rawValue:)))
    }
}
