extension ErrorCatalogue {
    /// Tokens, permissions, throttling and the general Graph errors.
    static let access: [Entry] = [
        Entry(0, .access, .reconnect, "The connection to WhatsApp has ended. Connect again.", "The token could not be authenticated."),
        Entry(
            1, .outage, .retrySoon, "WhatsApp had a problem. We try again.",
            "Unknown API error or malformed request. In a code exchange: the app secret is wrong, so check it first."),
        Entry(2, .outage, .retrySoon, "WhatsApp is having an outage. We try again.", "Service temporarily down."),
        Entry(
            3, .request, .fix, "Something is not set up on our side. We have been told.",
            "The app lacks a capability or permission for this method."),
        Entry(
            4, .throttling, .retryLater(after: nil), "Many requests right now. Your message goes a little later.",
            "App-wide call limit. See the header X-App-Usage and spread the calls."),
        Entry(
            10, .access, .reconnect, "Meta's permission has ended. Reconnect and accept all requests.",
            "A permission was not granted or was removed."),
        Entry(
            33, .number, .userAction, "This number no longer exists at WhatsApp. Connect another one.",
            "The business phone number was deleted."),
        Entry(
            100, .request, .fix, "Something is not right with this message. We have been told.",
            "A parameter is invalid, unknown or missing, or appsecret_proof is wrong. The details name it."),
        Entry(
            100, 33, .access, .reconnect, "This number or template cannot be reached any more. Reconnect, or check it in WhatsApp Manager.",
            "The object does not exist, the token does not reach it, or the operation is unsupported. Compare ID and scopes."),
        Entry(
            100, 36007, .signup, .userAction, "That took too long. Start connecting again.",
            "The sign-up code is older than 30 seconds. Check how fast the code reaches the exchange."),
        Entry(
            100, 36008, .signup, .fix, "Something is not set up on our side. We have been told.",
            "redirect_uri does not match. Codes from the JavaScript SDK want none."),
        Entry(
            100, 36009, .signup, .userAction, "This sign-up was used already. Start connecting again.", "The sign-up code was spent before."
        ),
        Entry(101, .request, .fix, "Something is not set up on our side. We have been told.", "The app ID is invalid or not found."),
        Entry(102, .access, .reconnect, "The connection to WhatsApp has ended. Connect again.", "The session or token is invalid."),
        Entry(
            104, .access, .fix, "Something is not set up on our side. We have been told.", "The token or its appsecret_proof is missing."),
        Entry(
            190, .access, .reconnect, "The connection to WhatsApp has ended. Connect again.", "The token has expired or is invalid."),
        Entry(
            190, 458, .access, .reconnect, "Our app was removed from your Meta account. Connect again if you want it back.",
            "The app was removed by the customer."),
        Entry(
            190, 459, .access, .userAction,
            "Facebook wants to check something. Log in at facebook.com, follow its steps, reconnect.",
            "The person must clear a checkpoint at Facebook."),
        Entry(190, 460, .access, .reconnect, "Your Facebook password has changed. Reconnect.", "The password was changed."),
        Entry(
            190, 463, .access, .reconnect, "The connection has run out. Reconnect.",
            "The token expired by time. A login configuration without expiry avoids this."),
        Entry(
            190, 464, .access, .userAction, "Your Facebook account is not confirmed. Confirm it, then reconnect.",
            "The person is not confirmed."),
        Entry(
            190, 467, .access, .reconnect, "The connection was ended at Meta. Reconnect.", "The token was invalidated by logout or removal."
        ),
        Entry(
            190, 492, .access, .userAction, "You have no role in this Meta business any more. Ask one of its administrators to reconnect.",
            "The person behind the token has no role on the asset any more."),
        Entry(192, .request, .fix, "This number is not valid.", "The phone number is invalid or not on the account."),
        Entry(
            368, .policy, .userAction, "Meta has restricted your WhatsApp account. See WhatsApp Manager, Account quality.",
            "Blocked for a time for a policy violation. Stop sending for this number."),
        Entry(506, .request, .giveUp, "This was sent already.", "Duplicate post."),
        Entry(613, .calls, .giveUp, "The call was not possible.", "Reads of the call permission status are too frequent."),
        Entry(
            80007, .throttling, .retryLater(after: nil), "Many requests right now. We go on a little later.",
            "WABA rate limit. X-Business-Use-Case-Usage tells when it ends."),
        Entry(
            80008, .throttling, .retryLater(after: .seconds(3600)), "Many requests right now. We go on within the hour.",
            "Limit of management and template calls of this WABA. X-Business-Use-Case-Usage tells when it ends."),
        Entry(200_002, .request, .giveUp, "Figures are not available.", "Analytics error whose meaning Meta does not document."),
        Entry(
            200_005, .request, .userAction, "Statistics are not available yet. Turn them on in WhatsApp Manager.",
            "Template analytics are not available yet."),
        Entry(200_006, .request, .userAction, "Statistics cannot be turned off again.", "Template analytics cannot be turned off."),
        Entry(
            200_007, .request, .userAction, "Statistics are off. Turn them on in WhatsApp Manager first.",
            "Template analytics are not turned on."),
        Entry(
            1_752_041, .signup, .giveUp, "Meta is already verifying this business.",
            "A partner-led verification for this customer is already running."),
    ]
}
