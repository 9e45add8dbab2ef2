/// What a look at a bundle came to.
public struct BundleVerdict: Sendable, Equatable {
    /// Places that are named at most; the rest is counted.
    static let mostTold = 50

    /// Nil for what is no bundle at all or cannot be read; the reason is the only finding then.
    public internal(set) var isUnchanged: Bool?
    /// Each says where something is not as it was, and what. The first 50.
    public internal(set) var findings: [String] = []
    /// How many there are in all.
    public internal(set) var findingCount = 0
    /// What is in the bundle, in lines for a person.
    public internal(set) var contents: [String] = []

    mutating func find(_ words: String) {
        findingCount += 1
        if findings.count < Self.mostTold { findings.append(words) }
    }

    static func unreadable(_ words: String) -> BundleVerdict {
        var verdict = BundleVerdict()
        verdict.find(words)
        return verdict
    }
}
