import Foundation
import Testing
import WhatsAppCloudAPI

@testable import Messaging
@testable import MessagingWeb

@Suite("Which template says a draft best")
struct TemplateMatchTests {
    private static let templates = [
        template("hello_tenant", "Hello {{first_name}}, this is {{landlord_name}}."),
        template("rent_due_v1", "Hello {{first_name}}, your rent is due on {{date}}."),
        template("repair_visit", "Hello {{first_name}}, somebody comes for the repairs on {{date}}."),
    ]

    @Test(
        "The one with the draft's words comes first, whatever their form, case and accents; else the order stays",
        arguments: [
            ("The rents are DUE on Friday", "rent_due_v1"), ("It will be repaired on Monday", "repair_visit"),
            ("Réparation: somebody comes", "repair_visit"), ("See you", "hello_tenant"), ("", "hello_tenant"),
        ])
    func order(_ draft: String, _ best: String) {
        let sorted = TemplateMatch(draft).sorted(Self.templates)

        #expect(sorted.first?.name == best)
        #expect(Set(sorted.map(\.name)) == Set(Self.templates.map(\.name)))
    }

    private static func template(_ name: String, _ body: String) -> Template {
        Template(
            wabaID: "104", name: name, language: "en_GB", category: "UTILITY", status: "APPROVED",
            components: [.init(type: "BODY", text: body)])
    }
}
