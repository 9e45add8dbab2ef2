/// The `contacts` array beside messages and statuses: who the people are.
struct WebhookPeople {
    struct Person {
        let waID: String?
        let userID: String?
        let parentUserID: String?
        let profileName: String?
        let username: String?
    }

    private let people: [Person]

    init(_ contacts: JSONValue?) {
        people = (contacts?.array ?? []).map { contact in
            Person(
                waID: contact["wa_id"]?.identifier, userID: contact["user_id"]?.string,
                parentUserID: contact["parent_user_id"]?.string, profileName: contact["profile"]?["name"]?.string,
                username: contact["profile"]?["username"]?.string)
        }
    }

    /// The person with one of these IDs. Somebody whose IDs are not told must be the only one there.
    func person(waID: String?, userID: String?) -> Person? {
        if let userID, let person = people.first(where: { $0.userID == userID }) { return person }
        if let waID, let person = people.first(where: { $0.waID == waID }) { return person }
        return waID == nil && userID == nil && people.count == 1 ? people.first : nil
    }
}
