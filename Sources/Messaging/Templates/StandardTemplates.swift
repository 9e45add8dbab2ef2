import WhatsAppCloudAPI

/// The templates every connected account gets, so that a landlord can write first.
enum StandardTemplates {
    static let all: [TemplateDefinition] = [
        TemplateDefinition(
            name: "hello_tenant", language: "en_GB", category: .utility, parameterFormat: "named",
            components: [
                .body(
                    "Hello {{first_name}}, this is {{landlord_name}} about your home at {{address}}. You can answer here.",
                    examples: [("first_name", "Nadia"), ("landlord_name", "Brandt Lettings"), ("address", "12 Elm Road, flat 4B")])
            ])
    ]
}
