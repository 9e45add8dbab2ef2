extension ErrorCatalogue {
    /// Numbers, accounts, connecting, coexistence.
    static let numbers: [Entry] = [
        Entry(100, 2_388_012, .number, .userAction, "This number was added already.", "The number is already in this list of numbers."),
        Entry(
            131_060, .history, .giveUp, "This message can be seen only in the phone app.",
            "An inbound message is not available (coexistence); often the first webhook, and harmless."),
        Entry(
            133_000, .number, .register, "Setting up did not finish. We try again.",
            "An earlier deregistration was incomplete: deregister, then register."),
        Entry(
            133_004, .outage, .retryLater(after: nil), "WhatsApp cannot activate numbers right now. We try again later.",
            "The server is temporarily unavailable for registration. Mind the 10 calls in 72 hours."),
        Entry(
            133_005, .number, .userAction, "This number already has another PIN, most likely from your former provider. Enter that one.",
            "The two-step PIN is wrong."),
        Entry(
            133_006, .number, .userAction, "Confirm the number by SMS or call first.",
            "The number must be verified before it is registered."),
        Entry(
            133_008, .number, .retryLater(after: nil), "There were too many wrong PINs. Wait before the next try.",
            "Too many PIN tries; the details say how long to wait."),
        Entry(133_009, .number, .retryLater(after: .seconds(60)), "Wait a moment before the next PIN.", "The PIN was entered too fast."),
        Entry(133_010, .number, .register, "The number must be activated first.", "The number is not registered on the Cloud API."),
        Entry(
            133_015, .number, .retryLater(after: .seconds(300)), "Meta is still tidying this number up. Try again in 5 minutes.",
            "The number was just deleted."),
        Entry(
            133_016, .number, .retryLater(after: .seconds(72 * 3600)), "There were too many tries, so Meta blocks new ones for 3 days.",
            "More than 10 calls to register or deregister in 72 hours. Never repeat by machine."),
        Entry(141_002, .payment, .userAction, "Add a payment method in WhatsApp Manager.", "The payment set-up is missing."),
        Entry(141_006, .payment, .userAction, "Fix the payment method in WhatsApp Manager.", "The payment set-up is faulty."),
        Entry(
            2_388_091, .number, .fix, "This number cannot be confirmed this way. We have been told.",
            "The number cannot get a code because it is not being migrated."),
        Entry(
            2_388_093, .number, .fix, "This number cannot be confirmed this way. We have been told.",
            "The number cannot verify a code because it is not being migrated."),
        Entry(
            2_388_098, .signup, .userAction,
            "Your Meta business has as many WhatsApp accounts as it may have. Remove one in WhatsApp Manager.",
            "WABA limit of the portfolio."),
        Entry(2_388_103, .number, .userAction, "This number cannot be moved. See WhatsApp Manager.", "The number cannot be migrated."),
        Entry(
            2_494_028, .signup, .userAction, "This account is connected to another provider. Disconnect it there first.",
            "Already shared with a partner."),
        Entry(2_494_055, .throttling, .retrySoon, "A lot goes out right now. This follows in a moment.", "Older form of 130429."),
        Entry(
            2_494_067, .signup, .userAction,
            "Your Meta business has as many WhatsApp accounts as it may have. Remove one in WhatsApp Manager.",
            "WABA limit of the portfolio."),
        Entry(
            2_494_100, .outage, .retryLater(after: .seconds(120)), "WhatsApp is working on this number. We try again in some minutes.",
            "The number is in maintenance."),
        Entry(
            2_494_158, .signup, .retryLater(after: nil), "You asked for many codes. Wait before asking for a new one.",
            "Too many codes requested."),
        Entry(2_593_037, .signup, .userAction, "This code is wrong or too old. Enter the newest one.", "The verification code is wrong."),
        Entry(
            2_593_039, .signup, .userAction, "This code is wrong or too old. Enter the newest one.", "The verification code has expired."),
        Entry(2_593_107, .history, .giveUp, "Your old chats were asked for already.", "Coexistence sync was already asked for once."),
        Entry(
            2_593_108, .history, .reconnect, "To load old chats, disconnect and connect again.",
            "Coexistence sync was asked for outside the 24 hours after connecting."),
        Entry(2_593_109, .history, .giveUp, "You chose not to share old chats.", "History sharing was declined in the phone app."),
        Entry(
            2_655_049, .signup, .userAction, "This account is connected to another provider. Disconnect it there first.",
            "Already shared with a partner."),
        Entry(
            2_655_093, .signup, .userAction, "This account is connected to another provider. Disconnect it there first.",
            "Already shared with a partner."),
        Entry(
            3_441_030, .signup, .userAction, "This number is in use elsewhere or cannot be used.",
            "The number cannot be used, for example by its format."),
        Entry(
            3_441_041, .signup, .userAction, "This number is in use elsewhere or cannot be used.",
            "The number is in the app or on another WABA."),
        Entry(
            3_441_045, .signup, .userAction, "This number is in use elsewhere or cannot be used.",
            "The number is in the app or on another WABA."),
        Entry(
            3_441_049, .signup, .userAction, "This number is in use elsewhere or cannot be used.",
            "The number is in the app or on another WABA."),
        Entry(
            4_563_015, .signup, .userAction, "Update the WhatsApp Business app on your phone, then connect.", "The phone app is too old."),
    ]
}
