import Foundation
import Messaging

extension DemoWorld {
    static let households: [(landlord: Landlord.ID, name: String, owner: String, tenants: [ContactInput])] = [
        (Landlord.ID("olga"), "Brandt Lettings", "Olga Brandt", tenantsOfOlga),
        (Landlord.ID("pavel"), "Pavel Novak Homes", "Pavel Novak", tenantsOfPavel),
    ]

    static let quickAnswers = [
        ("Engineer is coming", "Hello {{first_name}}, an engineer comes to {{address}} today between 14:00 and 16:00. Will you be in?"),
        ("Rent received", "Thank you, {{first_name}}. Your rent has arrived. {{my_name}}, {{landlord_name}}"),
        ("Office hours", "We are in the office from Monday to Friday, 9:00 to 17:00. For a leak or no heating, call us at any time."),
    ]

    private static let tenantsOfOlga = [
        tenant("t-nadia", "Nadia Rahman", "+44 7700 900118", "12 Elm Road", "4B"),
        tenant("t-tom", "Tom Okafor", "+44 7700 900123", "12 Elm Road", "1C"),
        tenant("t-ines", "Ines Duarte", "+44 7700 900482", "3 Mill Lane", "2A"),
        tenant("t-grace", "Grace Adeyemi", "07700 900201", "12 Elm Road", "2A"),
        tenant("t-liam", "Liam Walsh", "07700 900202", "12 Elm Road", "3A"),
        tenant("t-priya", "Priya Nair", "07700 900203", "12 Elm Road", "4A"),
        tenant("t-lukasz", "Łukasz Zieliński", "07700 900204", "3 Mill Lane", "1A", language: "pl"),
        tenant("t-hannah", "Hannah Clarke", "07700 900205", "3 Mill Lane", "1B"),
        tenant("t-omar", "Omar Haddad", "07700 900206", "3 Mill Lane", "2B", language: "ar"),
        tenant("t-yuki", "Yuki Tanaka", "07700 900207", "3 Mill Lane", "3A"),
        tenant("t-beth", "Beth Evans", "07700 900208", "27 Harbour Street", "Room 1"),
        tenant("t-rosa", "Rosa Lind", "07700 900209", "27 Harbour Street", "Room 2"),
        tenant("t-aisha", "Aisha Khan", "07700 900210", "27 Harbour Street", "Room 3"),
        tenant("t-diego", "Diego Ferreira", "07700 900211", "27 Harbour Street", "Room 4", language: "pt"),
        tenant("t-chloe", "Chloe Bennett", nil, "27 Harbour Street", "Room 5"),
    ]

    private static let tenantsOfPavel = [
        // The same person rents from both: the landlords must never see each other's words.
        tenant("p-1", "Nadia Rahman", "07700 900118", "8 Station Road", "Garage 2"),
        tenant("p-2", "Ruth Osei", "07700 900301", "8 Station Road", "Upper flat"),
    ]

    private static func tenant(
        _ id: String, _ name: String, _ phone: String?, _ property: String, _ unit: String, language: String = "en"
    ) -> ContactInput {
        let agreed = ContactInput.OptIn(
            source: "tenancy agreement", at: Date(timeIntervalSince1970: 1_788_256_800),
            wording: "I agree to receive messages about my home on WhatsApp.")
        return ContactInput(
            externalId: id, name: name, phone: phone, property: property, unit: unit, language: language, optIn: phone == nil ? nil : agreed
        )
    }
}
