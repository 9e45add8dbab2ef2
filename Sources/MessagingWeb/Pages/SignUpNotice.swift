/// What to say when Meta's window ended without a number. All are on the page from the start; the script shows the fitting one.
struct SignUpNotice: Sendable {
    /// What the script looks for: `cancelled`, `error`, `blocked`, `closed`, `refused`, `offline`, `sdk`, `waiting`.
    let noticeKind: String
    /// Meta's `current_step` of a cancelled sign-up, empty for any other.
    let noticeStep: String
    let noticeTone: String
    let noticeTitle: String
    let noticeWords: String
    /// Whether Meta's number of the error or our own reason is filled in.
    let takesDetail: Bool

    /// The steps are those that Meta's window reports (`current_step`); v4 may add others, which the empty step covers.
    static let all: [SignUpNotice] = cancelled + others

    private static let cancelled: [SignUpNotice] = [
        ("", "The window was closed before the end", "Nothing was changed. You can begin again whenever you like."),
        (
            "BUSINESS_ACCOUNT_SELECTION", "You stopped at choosing the business",
            "Pick the business that owns the number, or let Meta create one; it takes a minute."
        ),
        (
            "WABA_PHONE_PROFILE_PICKER", "You stopped at choosing the account and number",
            "A new WhatsApp account is fine if you are not sure which one to take."
        ),
        (
            "WHATSAPP_BUSINESS_PROFILE_SETUP", "You stopped at the business profile",
            "Meta asks for a name and a category; tenants see both above the chat."
        ),
        (
            "PHONE_NUMBER_SETUP", "You stopped at the phone number",
            "It must be able to receive a text message or a call. Begin again when it is at hand."
        ),
        (
            "PHONE_NUMBER_VERIFICATION", "You stopped at the code",
            "Meta sends it by text message or reads it out in a call. Begin again to get a new one."
        ),
        (
            "PERMISSIONS", "You stopped at the permissions",
            "Without them we can neither receive nor send messages. They cover this one business only."
        ),
    ].map { .init(noticeKind: "cancelled", noticeStep: $0, noticeTone: "brass", noticeTitle: $1, noticeWords: $2, takesDetail: false) }

    private static let others: [SignUpNotice] = [
        (
            "error", "brick", "Meta stopped the sign-up",
            "Begin again. If it stops at the same place, tell us this number and we ask Meta:", true
        ),
        (
            "blocked", "brass", "Your browser kept Meta’s window closed",
            "Allow pop-up windows for this page (a sign at the end of the address bar), then press the button again.", false
        ),
        (
            "closed", "brass", "Meta’s window was closed before it could tell us anything",
            "If you had finished there, wait a minute: the number may still appear here. Otherwise begin again.", false
        ),
        (
            "sdk", "brick", "Meta’s script could not be loaded",
            "A blocker in your browser or network may hold back connect.facebook.net. Allow it for this page and reload.", false
        ),
        ("refused", "brick", "The number could not be taken over", "Nothing half-made was left behind. The reason:", true),
        (
            "offline", "brass", "The line broke while we handed over Meta’s answer",
            "If the number does not appear here within a minute, begin again; what you entered is kept by Meta.", false
        ),
        ("waiting", "sea", "Meta’s window is open", "Follow it to the end. If you do not see it, look behind this window.", false),
    ].map { .init(noticeKind: $0, noticeStep: "", noticeTone: $1, noticeTitle: $2, noticeWords: $3, takesDetail: $4) }
}
