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
    // A body may hold thousands of people and messages, so nobody is looked for one by one.
    private let byWaID: [String: Int]
    private let byUserID: [String: Int]

    init(_ contacts: JSONValue?) {
        let people = (contacts?.array ?? []).map { contact in
            Person(
                waID: contact["wa_id"]?.identifier, userID: contact["user_id"]?.string,
                parentUserID: contact["parent_user_id"]?.string, profileName: contact["profile"]?["name"]?.string,
                username: contact["profile"]?["username"]?.string)
        }
        func places(_ id: (Person) -> String?) -> [String: Int] {
            let named = people.enumerated().compactMap { place, person in id(person).map { ($0, place) } }
            return Dictionary(named, uniquingKeysWith: { first, _ in first })
        }
        self.people = people
        byWaID = places(\.waID)
        byUserID = places(\.userID)
    }

    /// The person with one of these IDs. Somebody whose IDs are not told must be the only one there.
    func person(waID: String?, userID: String?) -> Person? {
        if let place = userID.flatMap({ byUserID[$0] }) ?? waID.flatMap({ byWaID[$0] }) { return people[place] }
        return waID == nil && userID == nil && people.count == 1 ? people.first : nil
    }
}
