import Foundation

/// One run through the sign-up popup.
struct SignUp: Sendable {
    let id: String
}
