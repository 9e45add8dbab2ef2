extension ErrorCatalogue {
    /// Templates and files.
    static let templates: [Entry] = [
        Entry(
            131_052, .media, .giveUp, "A file from this person could not be loaded. Ask for it again.",
            "Inbound media could not be downloaded, for example over 100 MB."),
        Entry(
            131_053, .media, .fix, "This file cannot be sent. Check its type and size.",
            "Outbound media could not be processed, uploaded or fetched."),
        Entry(132_000, .template, .fix, "Fill in all blanks of the template.", "The number of parameters does not match the template."),
        Entry(
            132_001, .template, .fix, "Meta has not approved this template in this language yet.",
            "The template is missing, not approved, or not in this language."),
        Entry(132_005, .template, .fix, "The text is too long with its blanks filled in. Shorten it.", "The filled-in text is too long."),
        Entry(132_007, .template, .fix, "The text breaks one of WhatsApp's rules. Change its wording.", "Format or character policy."),
        Entry(132_008, .template, .fix, "WhatsApp does not accept one of the values.", "A parameter's value is not allowed."),
        Entry(
            132_012, .template, .fix, "One of the values has the wrong form.",
            "A parameter's format does not match: named or positional, or the media kind."),
        Entry(
            132_015, .template, .retryLater(after: .seconds(3 * 3600)),
            "People dislike this template, so Meta has paused it for some hours.",
            "Paused for low quality: 3 hours, then 6, then for good."),
        Entry(
            132_016, .template, .giveUp, "Meta has turned this template off. Make a new one.", "Disabled for good after repeated pauses."),
        Entry(132_018, .template, .fix, "Check the values in the template.", "The template's parameters could not be validated."),
        Entry(132_068, .forms, .userAction, "Meta has blocked this form. See WhatsApp Manager.", "The flow is blocked."),
        Entry(
            132_069, .forms, .retryLater(after: .seconds(3600)), "This form is limited for an hour.",
            "The flow is throttled to 10 messages an hour."),
        Entry(
            100, 2_388_019, .template, .userAction, "Your account holds as many templates as Meta allows. Delete old ones first.",
            "Too many templates in the WABA, or too many made in an hour."),
        Entry(
            100, 2_388_039, .template, .retryLater(after: nil), "The template is under review. Change it once that is over.",
            "The template cannot be edited in this state, or the daily number of edits is used up."),
        Entry(100, 2_388_040, .template, .fix, "The text is too long. Shorten it.", "A field is longer than allowed."),
        Entry(100, 2_388_047, .template, .fix, "Check the header.", "The header's format is wrong."),
        Entry(100, 2_388_072, .template, .fix, "Check the text.", "The body's format is wrong."),
        Entry(100, 2_388_073, .template, .fix, "Check the footer.", "The footer's format is wrong."),
        Entry(100, 2_388_293, .template, .fix, "Write more text or use fewer blanks.", "Too many variables for the length."),
        Entry(
            100, 2_388_299, .template, .fix, "Begin and end with words instead of a blank.", "A variable stands at the start or the end."),
        Entry(139_000, .forms, .fix, "The form could not be changed.", "Flows management: blocked by an integrity check."),
        Entry(139_001, .forms, .fix, "The form could not be changed.", "Flows management: update failed."),
        Entry(139_002, .forms, .fix, "The form could not be published.", "Flows management: publishing failed."),
        Entry(139_003, .forms, .fix, "The form could not be retired.", "Flows management: deprecation failed."),
        Entry(139_004, .forms, .fix, "The form could not be deleted.", "Flows management: deletion failed."),
    ]
}
