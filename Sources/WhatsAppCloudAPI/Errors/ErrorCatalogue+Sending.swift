extension ErrorCatalogue {
    /// Sending messages.
    static let sending: [Entry] = [
        Entry(
            130_403, .recipient, .giveUp, "This person has blocked your number. Reach them another way.",
            "The user has blocked the business."),
        Entry(
            130_429, .throttling, .retrySoon, "A lot goes out right now. This follows in a moment.",
            "Throughput of the number exceeded. Slow down for some seconds; inbound messages count too."),
        Entry(
            130_472, .recipient, .giveUp, "WhatsApp did not deliver this advertisement. It costs you nothing.",
            "The user is in an experiment of Meta's."),
        Entry(
            130_497, .policy, .giveUp, "WhatsApp does not let your kind of business write to this country.",
            "The business may not message users in this country."),
        Entry(
            131_000, .outage, .retrySoon, "WhatsApp had a problem. We try again.",
            "Something went wrong at Meta. Three tries, then ask Meta."),
        Entry(
            131_005, .access, .reconnect, "Meta's permission is missing. Reconnect and accept all requests.",
            "Access denied: a permission is missing or was removed."),
        Entry(131_008, .request, .fix, "Something is missing in this message.", "A required parameter is missing. The details name it."),
        Entry(
            131_009, .request, .fix, "WhatsApp does not accept one of the values.",
            "A parameter's value is not valid: type, length or phone number. The details name it."),
        Entry(131_016, .outage, .retrySoon, "WhatsApp is overloaded. We try again.", "Service unavailable."),
        Entry(131_020, .groups, .giveUp, "This group has no other members.", "A group with one member cannot be written to."),
        Entry(131_021, .recipient, .fix, "This is your own number. Choose another person.", "Recipient and sender are the same number."),
        Entry(
            131_026, .recipient, .giveUp, "This phone could not receive it. Call, or check the number.",
            "Undeliverable: not on WhatsApp, terms not accepted, app too old, or the business is blocked."),
        Entry(
            131_030, .recipient, .fix, "This is a test number, and it may not write to this person yet.",
            "The recipient is not on the allow list of the test number. Add it in the app dashboard."),
        Entry(
            131_031, .policy, .userAction, "Meta has locked your WhatsApp account. See WhatsApp Manager.",
            "Account locked by policy or by a wrong PIN. Stop sending for this account."),
        Entry(
            131_037, .number, .userAction, "Meta must approve your display name first. See WhatsApp Manager.",
            "The number needs an approved display name."),
        Entry(131_041, .groups, .giveUp, "This group was not found.", "The group is unknown or the business is no member."),
        Entry(
            131_042, .payment, .userAction,
            "Meta cannot charge you, so it holds your messages. Add or fix a payment method in WhatsApp Manager.",
            "Payment method missing or unpaid, or currency, time zone or terms unset. Stop sending for this account."),
        Entry(
            131_043, .recipient, .giveUp, "It was not delivered in time; the phone was off. Send it again if it still matters.",
            "The message expired before delivery."),
        Entry(
            131_044, .payment, .userAction, "Meta cannot charge you for calls. Add or fix a payment method in WhatsApp Manager.",
            "Payment problem with calling."),
        Entry(
            131_045, .number, .register, "The number must be activated again.",
            "The number's registration or certificate is wrong. Register it again."),
        Entry(
            131_047, .window, .useTemplate, "24 hours have passed since this person last wrote, so WhatsApp asks for a template first.",
            "The customer service window is closed."),
        Entry(
            131_048, .throttling, .retryLater(after: .seconds(86_400)),
            "Many people block or report your messages, so Meta limits you for some days. Write less, and see WhatsApp Manager.",
            "Spam rate limit."),
        Entry(
            131_049, .recipient, .giveUp, "WhatsApp protects this person from more advertising for now.",
            "Per-user cap on marketing, or a number in the United States. Not before 24 hours, better not at all."),
        Entry(131_050, .preference, .giveUp, "This person does not want advertising from you.", "The user has stopped marketing messages."),
        Entry(131_051, .request, .fix, "WhatsApp does not support this kind of message.", "The message type is not supported."),
        Entry(
            131_055, .request, .fix, "Something is not set up on our side. We have been told.",
            "This kind of message is not allowed on this endpoint."),
        Entry(
            131_056, .throttling, .retryLater(after: .seconds(6)), "Many messages to one person. This follows in a moment.",
            "Pair rate limit: one message per 6 seconds to the same person. Pauses grow by 4."),
        Entry(
            131_057, .throttling, .retryLater(after: .seconds(60)), "WhatsApp is working on your account. We try again in a minute.",
            "Account in maintenance, such as a throughput upgrade."),
        Entry(
            131_062, .request, .fix, "WhatsApp needs a phone number for this message.",
            "Authentication templates cannot go to a business-scoped ID."),
        Entry(
            131_063, .policy, .userAction, "Advertising is turned off for your account. Turn it on in WhatsApp Manager.",
            "Marketing templates are off for the Cloud API on this account."),
        Entry(
            131_064, .policy, .retryLater(after: nil),
            "Meta has limited your service templates. Choose the category that fits each template.",
            "Utility templates were used for marketing."),
        Entry(134_011, .payment, .userAction, "Accept the payment terms in WhatsApp Manager.", "Payments terms not accepted."),
        Entry(134_100, .request, .fix, "Only advertising templates can go this way.", "Marketing Messages API: not a marketing template."),
        Entry(
            134_101, .template, .retryLater(after: .seconds(600)), "The template is not ready yet. We try again in 10 minutes.",
            "Marketing Messages API: the template is still syncing."),
        Entry(134_102, .template, .fix, "This template cannot be used here.", "Marketing Messages API: the template is unavailable."),
        Entry(135_000, .request, .fix, "WhatsApp did not accept this message.", "Generic user error: the parameters were not understood."),
        Entry(
            137_000, .recipient, .userAction, "This person's WhatsApp has changed, perhaps to a new phone. Check who it is before sending.",
            "The recipient's identity hash does not match."),
    ]
}
