/// Nobody whom we know is asking.
struct SignInRefused: Error, Equatable, CustomStringConvertible {
    /// Why what was shown does not count; nil when nothing was shown.
    let hint: String?

    static let nothingShown = SignInRefused(hint: nil)
    static let sessionOver = SignInRefused(hint: "The session has ended.")

    var description: String {
        guard let hint else { return "Sign in first: send Authorization: Bearer with the platform's token." }
        return "This sign-in does not count. \(hint)"
    }
}
