/// Which conversations a list shows: a part of them, those of a property, or what somebody looks for.
struct ListPart: Sendable, Equatable {
    static let all = ListPart()

    let choice: ListChoice
    let property: String?
    let search: String

    init(_ choice: ListChoice = .all, property: String? = nil, search: String = "") {
        (self.choice, self.property, self.search) = (choice, property, search)
    }

    /// How addresses tell of it.
    var names: [(String, String)] {
        var names: [(String, String)] = choice == .all ? [] : [("show", choice.rawValue)]
        if let property { names.append(("property", property)) }
        if !search.isEmpty { names.append(("q", search)) }
        return names
    }

    /// What came in belongs here for certain: in any other part the server tells when it is asked.
    var isEverything: Bool { names.isEmpty }
}

/// A property to choose, and the way to its part of the list.
struct PropertyLink: Sendable {
    let href: String
    let propertyName: String
    let isCurrent: Bool

    /// - Parameter property: nil for all of them.
    init(_ property: String?, in part: ListPart) {
        href = Paths.inbox(ListPart(part.choice, property: property))
        propertyName = property ?? "All properties"
        isCurrent = property == part.property
    }
}
