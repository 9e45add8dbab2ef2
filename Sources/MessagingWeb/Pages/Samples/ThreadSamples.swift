import Foundation

extension MessageBubble {
    static let sample = Cast.outgoing(
        "5", "E119 means the pressure is low. Could you look at the dial: is it below 1? https://boilers.example/e119 shows where it is.",
        .read(at: Cast.moment("2026-11-23T09:21:00Z")), at: "2026-11-23T09:20:00Z",
        quote: Quote(name: "Nadia", text: "Good morning, the boiler shows E119 again and there is no hot water.", message: "3"),
        reactions: [Reaction(emoji: "👍", by: "Nadia")])

    static let variants = said + AnswerSamples.bubbles

    private static let said: [MessageBubble] = [
        Cast.incoming("1", .text("Tuesdays are best 👍"), at: "2026-11-22T18:31:00Z"),
        Cast.incoming(
            "2", .event(icon: .swap, words: "Nadia has a new number, +44 7700 900118. Everything continues here."),
            at: "2026-11-23T08:50:00Z"),
        Cast.incoming("3", .text("Good morning, the boiler shows E119 again and there is no hot water."), at: "2026-11-23T09:14:00Z"),
        Cast.incoming("4", .media(Media(.voice, at: .here(Cast.voice)), caption: nil), at: "2026-11-23T09:15:00Z"),
        Cast.incoming(
            "6", .media(Media(.image, at: .here(Cast.photo)), caption: "It is at 0.4, and a little water drips."),
            at: "2026-11-23T10:38:00Z"),
        Cast.incoming("7", .text("🎉🔑"), at: "2026-11-23T10:39:00Z"),
        Cast.incoming("8", .picked("Yes, that suits me"), at: "2026-11-23T10:40:00Z"),
        Cast.incoming("9", .deleted(said: "It is at 0.3"), at: "2026-11-23T10:41:00Z"),
        Cast.incoming(
            "10", .location(Place(name: "The meter cupboard", address: "12 Elm Road, cellar", latitude: 51.50735, longitude: -0.12776)),
            at: "2026-11-23T10:42:00Z"),
        Cast.incoming("11", .contacts([Card(cardName: "Harker Heating", numbers: ["+44 7700 900640"])]), at: "2026-11-23T10:43:00Z"),
        Cast.incoming(
            "12", .unknown(kind: "poll", original: "{\"type\":\"poll\",\"poll\":{\"name\":\"Which day?\"}}"), at: "2026-11-23T10:44:00Z"),
        MessageBubble(
            id: "13", conversation: Cast.conversation, direction: .incoming(from: "Nadia"), body: .text("Could you ring 0.4 bar?"),
            sentAt: Cast.moment("2026-11-23T10:45:00Z"), editedAt: Cast.moment("2026-11-23T10:47:00Z"), before: "Could you ring 0.3 bar?",
            words: Cast.words),
        Cast.incoming(
            "21",
            .text(
                """
                Three things:
                1. the *boiler* shows `E119`
                2. the tap drips, _again_
                3. ~the lamp~ works now
                > Send me the readings
                - gas 4471
                - water 92
                ```
                pressure 0.4
                ```
                Thank you
                """), at: "2026-11-23T10:48:00Z"),
        Cast.incoming(
            "22",
            .form(
                Form(
                    title: "Report a repair",
                    answers: [.init(to: "screen_0_Room_0", "Kitchen"), .init(to: "preferred_day", "Tuesday, Thursday")])),
            at: "2026-11-23T10:49:00Z"),
        Cast.incoming(
            "23",
            .order(
                Order([
                    .init(quantity: 2, product: "key-4b", each: 9.5, currency: "GBP"),
                    .init(quantity: 1, product: "fob-garage", each: 25, currency: "GBP"),
                ]), note: "For my brother, please"), at: "2026-11-23T10:50:00Z"),
        MessageBubble(
            id: "24", conversation: Cast.conversation, direction: .incoming(from: "Nadia"), body: .text("Is the flat still free?"),
            sentAt: Cast.moment("2026-11-23T10:51:00Z"),
            advertisement: Advertisement(
                isPost: false, title: "Two rooms in Elm Road", text: "Bright, quiet, from 1 December.", link: "https://fb.me/elm"),
            words: Cast.words),
        Cast.incoming("25", .media(Media(.video, at: .here(Cast.film)), caption: "Listen to it"), at: "2026-11-23T10:52:00Z"),
        Cast.incoming(
            "26", .media(Media(.document, name: "Boiler service 2026.pdf", at: .here(Cast.paper)), caption: nil), at: "2026-11-23T10:53:00Z"
        ),
        Cast.incoming("27", .media(Media(.sticker, at: .here(Cast.photo)), caption: nil), at: "2026-11-23T10:54:00Z"),
        Cast.incoming("28", .media(Media(.image, at: .coming), caption: "And the pipe"), at: "2026-11-23T10:55:00Z"),
        Cast.incoming(
            "29",
            .media(
                Media(.image, at: .lost(why: "WhatsApp does not have it any more. Ask Nadia to send it again.")), caption: nil),
            at: "2026-11-23T10:56:00Z"),
        Cast.outgoing("14", "Waiting: not with WhatsApp yet", .waiting, at: "2026-11-23T16:00:00Z"),
        Cast.outgoing("15", "Sent: WhatsApp has it", .sent, at: "2026-11-23T16:00:30Z"),
        Cast.outgoing("16", "Delivered: her phone has it", .delivered(at: Cast.moment("2026-11-23T16:01:00Z")), at: "2026-11-23T16:00:40Z"),
        Cast.outgoing(
            "17", "The new key-safe code is 4471. Please keep it to yourself.", .failed(Cast.undeliverable), at: "2026-11-23T16:01:58Z"),
        Cast.outgoing(
            "18", "The plumber comes at five.", .checking(.checking(name: "Nadia", attempts: Cast.lostAnswer)), at: "2026-11-23T16:04:12Z",
            colleague: "Marek"),
        Cast.outgoing(
            "19", "Does Wednesday suit you?", .checking(.probablyNotSent(name: "Nadia", message: "19", in: Cast.conversation)),
            at: "2026-11-23T16:04:30Z"),
        MessageBubble(
            id: "20", conversation: Cast.conversation, direction: .outgoing(colleague: nil),
            body: .text("Does Wednesday 25 November, 8 to 10 suit you?", buttons: ["Yes, that suits me", "Another time"]), delivery: .sent,
            sentAt: Cast.moment("2026-11-23T16:04:50Z"), clientMessageID: "7f6c1c52", words: Cast.words),
    ]
}

extension Cast {
    static func incoming(_ id: String, _ body: MessageBubble.Body, at time: String) -> MessageBubble {
        MessageBubble(
            id: id, conversation: conversation, direction: .incoming(from: "Nadia"), body: body, sentAt: moment(time), csrf: csrf,
            words: words)
    }

    static func outgoing(
        _ id: String, _ text: String, _ delivery: Delivery, at time: String, colleague: String? = nil, quote: MessageBubble.Quote? = nil,
        reactions: [MessageBubble.Reaction] = []
    ) -> MessageBubble {
        MessageBubble(
            id: id, conversation: conversation, direction: .outgoing(colleague: colleague), body: .text(text), delivery: delivery,
            sentAt: moment(time), quote: quote, reactions: reactions, csrf: csrf, words: words)
    }

    static let photo = file(.image, "photo", preview: (720, 540), bytes: 1_204_331)
    static let film = file(.video, "film", preview: (405, 720), bytes: 3_812_004, seconds: 12)
    static let voice = file(.audio, "voice", bytes: 41_208, seconds: 23)
    static let paper = file(.document, "paper", preview: (509, 720), bytes: 182_114, pages: 3)

    private static func file(
        _ family: MessageBubble.Media.File.Family, _ message: String, preview: (Int, Int)? = nil, bytes: Int, seconds: Int? = nil,
        pages: Int? = nil
    ) -> MessageBubble.Media.File {
        MessageBubble.Media.File(
            family: family, href: Paths.file(of: message, in: conversation),
            preview: preview.map { (Paths.preview(of: message, in: conversation), $0.0, $0.1) }, bytes: bytes, seconds: seconds,
            pages: pages)
    }

    static let undeliverable = Slip(
        reason:
            "Nadia’s phone could not receive it. She may have left WhatsApp on this number, "
            + "or her app is too old; WhatsApp does not say which.",
        actions: [.link("Call Nadia", icon: "phone", href: "tel:+447700900118"), .again("17", in: conversation)],
        attempts: [
            .init(time: "16:01:58", words: "Handed to WhatsApp, accepted"),
            .init(time: "16:02:03", words: "WhatsApp reports: undeliverable", code: "131026"),
        ])

    static let lostAnswer: [Slip.Attempt] = [
        .init(time: "16:04:12", words: "Handed to WhatsApp"), .init(time: "16:04:22", words: "No answer for 10 seconds"),
    ]
}

extension DayDivider {
    static let sample = DayDivider(of: Cast.moment("2026-11-20T12:00:00Z"), conversation: Cast.conversation, words: Cast.words)
}

extension Composer {
    static let sample = Composer(
        conversation: Cast.conversation, firstName: "Nadia", mode: .open(until: Cast.moment("2026-11-24T10:41:00Z")), csrf: Cast.csrf,
        clientMessageID: "7f6c1c52-0b0e-4c65-9a55-0d6f2f4f7a10",
        note: Note(noteTo: Paths.notes(in: Cast.conversation), noteID: "n", noteDraft: "", isNoting: false), words: Cast.words)

    static let variants = written + AnswerSamples.composers

    private static let written = [
        Composer(
            conversation: Cast.conversation, firstName: "Tom", mode: .open(until: Cast.moment("2026-11-23T17:58:00Z")), csrf: Cast.csrf,
            clientMessageID: "a", draft: "Call me when",
            note: Note(noteTo: Paths.notes(in: Cast.conversation), noteID: "n", noteDraft: "Same fault in March", isNoting: true),
            notice: "That is longer than the 4,096 characters WhatsApp takes. Send it in two parts.", words: Cast.words),
        Composer(
            conversation: "c-ines", firstName: "Ines",
            mode: .closed(lastWrote: Cast.moment("2026-11-20T17:53:00Z"), templates: TemplateChoice.samples),
            csrf: Cast.csrf, clientMessageID: "b", words: Cast.words),
        Composer(
            conversation: "c-sam", firstName: "Sam", mode: .closed(lastWrote: nil, templates: [TemplateChoice.samples[1]]), csrf: Cast.csrf,
            clientMessageID: "c", words: Cast.words),
        Composer(
            conversation: "c-sam", firstName: "Sam", mode: .closed(lastWrote: nil, templates: []), clientMessageID: "d", words: Cast.words),
        Composer(
            conversation: "c-ben", firstName: "Ben", mode: .closed(lastWrote: nil, templates: TemplateChoice.samples), csrf: Cast.csrf,
            clientMessageID: "g", later: Later(laterID: "1", laterWords: "The plumber comes at five.", laterProblem: nil), isMatched: true,
            words: Cast.words),
        Composer(
            conversation: "c-eva", firstName: "Eva", mode: .open(until: Cast.moment("2026-11-24T10:41:00Z")), csrf: Cast.csrf,
            clientMessageID: "h",
            later: Later(laterID: "2", laterWords: "Come in.", laterProblem: "No WhatsApp number is connected yet."), words: Cast.words),
        Composer(conversation: "c-sam", firstName: "Sam", mode: .noLine, clientMessageID: "e", words: Cast.words),
        Composer(
            conversation: "c-grace", firstName: "Grace",
            mode: .silent(why: "Grace said STOP on 2 November. We do not send to her until she writes START."), clientMessageID: "f",
            words: Cast.words),
    ]
}

extension TemplateChoice {
    static let samples = [
        TemplateChoice(
            number: 1, name: "visit_arrange", language: "en_GB", title: "Arrange a visit", hint: "Asks for a day and a reason",
            body:
                "Hello {{first_name}}, we would like to come to {{home}} on {{day}} "
                + "for this reason: {{reason}}. Does that suit you, {{first_name}}?",
            variables: [
                .init(name: "first_name", label: "First name", value: "Ines"),
                .init(name: "home", label: "Home", value: "flat 2A, 3 Mill Lane"),
                .init(name: "day", label: "Day and time", value: ""), .init(name: "reason", label: "Reason", value: ""),
            ], header: "Visit to your flat", footer: "Brandt Lettings", buttons: ["Yes, that suits me", "Another time, please"],
            languageWords: "English"),
        TemplateChoice(
            number: 2, name: "ask_to_reply", language: "en_GB", title: "Ask to reply", hint: "Reopens the conversation",
            body: "Hello {{1}}, there is news about your home. Please reply to this message, then we can write freely.",
            variables: [.init(name: "1", label: "First name", value: "Ines")], languageWords: "English"),
    ]
}
