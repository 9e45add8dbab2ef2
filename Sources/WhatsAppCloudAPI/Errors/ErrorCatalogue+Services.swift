extension ErrorCatalogue {
    /// Groups, blocking, calls, usernames.
    static let services: [Entry] =
        groupErrors + [
            Entry(
                131_059, .groups, .fix, "The list could not be read. We begin again.",
                "The paging cursor has expired or is broken: start again."),
            Entry(
                138_000, .calls, .userAction, "Calls are off for this number. Turn them on first.", "Calling is not enabled on this number."
            ),
            Entry(138_001, .calls, .giveUp, "This person cannot be called.", "The receiver cannot take calls."),
            Entry(138_002, .calls, .giveUp, "The line is busy.", "Too many calls at once."),
            Entry(138_003, .calls, .giveUp, "A call with this person is already running.", "Duplicate call."),
            Entry(138_006, .calls, .giveUp, "This person has not allowed calls.", "No call permission by the person."),
            Entry(138_012, .calls, .giveUp, "This person was called often enough today.", "Daily number of calls to this person used up."),
            Entry(139_100, .blocking, .userAction, "Some people could not be blocked. See the list.", "Partly done: look at failed_users."),
            Entry(139_101, .blocking, .retryLater(after: nil), "Your list of blocked people is full.", "Block list limit."),
            Entry(
                139_102, .blocking, .retryLater(after: nil), "The list of blocked people has just changed. Try again.",
                "The list changed meanwhile."),
            Entry(139_103, .blocking, .retryLater(after: nil), "Blocking did not work. Try again.", "Internal error of the block list."),
            Entry(147_001, .username, .userAction, "This name is not free. Choose another.", "Username taken or not allowed."),
            Entry(
                147_002, .username, .userAction, "Usernames need a higher sending limit.",
                "The portfolio needs a higher messaging limit first."),
            Entry(
                147_003, .username, .userAction, "This name belongs to a Facebook Page. Link the Page first.",
                "The username belongs to a Page that is not linked to this number."),
            Entry(
                147_004, .username, .userAction, "This name belongs to an Instagram account. Link the account first.",
                "The username belongs to an Instagram account that is not linked to this number."),
            Entry(
                147_005, .username, .userAction, "Another number of yours has this name. Move it here?",
                "In use in the same portfolio: needs transfer_action force_transfer."),
        ]

    private static let groupErrors: [Entry] = [
        (131_201, "only partly done"), (131_202, "duplicate person"), (131_204, "too many people"), (131_207, severalReasons),
        (131_208, "too many operations"), (131_209, severalReasons), (131_210, severalReasons), (131_211, severalReasons),
        (131_212, severalReasons), (131_213, severalReasons), (131_214, "creation is off for a time"), (131_215, "not eligible"),
    ].map { code, reason in Entry(code, .groups, .fix, "The group could not be changed.", "Groups API: \(reason).") }

    /// Meta describes these codes together; which of them means what could not be verified.
    private static let severalReasons =
        "suspended group, picture, number of groups, person not in the group, or unknown join request; the details say which"
}
