import Messaging

extension SignUp {
    static let sample = SignUp(
        sdkURL: "https://connect.facebook.net/en_US/sdk.js", appID: "700000000000001", configurationID: "800000000000001",
        graphVersion: "v25.0",
        origins: ["https://www.facebook.com", "https://web.facebook.com", "https://business.facebook.com"])
}

extension ConnectionSteps {
    static let sample = steps(upTo: 4, state: .underWay, words: "This can take a minute")
    static let variants = [
        ahead, steps(upTo: 4, state: .needsYou, words: "Waiting for its PIN"), steps(upTo: 4, state: .failed, words: nil),
    ]
    static let allDone = steps(upTo: 7, state: .done, words: nil)

    static func steps(upTo count: Int, state: State, words: String?) -> ConnectionSteps {
        let titles = [
            "Signed in with Meta", "Permission checked", "Business account connected", "Messages arrive here", "Turn on the number",
            "Templates at Meta", "Ready",
        ]
        return ConnectionSteps(
            steps: titles.enumerated().map { index, title in
                let state = index < count ? State.done : index == count ? state : .toCome
                return (state, Step(state, title: title, words: index == count ? words : nil, time: index < count ? "10:02" : nil))
            })
    }
}

extension Connection {
    static let sample = Connection(state: .before, firstName: "Olga", signUp: .sample, csrf: Cast.csrf)

    static let variants = [
        Connection(state: .before, firstName: "Marek", signUp: .sample, barred: "Only an owner can connect a number. Ask one of yours."),
        Connection(state: .underWay(.sample), firstName: "Olga", signUp: .sample),
        Connection(
            state: .needsYou(
                title: "This number already has a PIN",
                words: "Someone protected +44 20 7946 0321 with six digits, most likely at your former provider.",
                GoOn("0190", asksPIN: true), ConnectionSteps.variants[1]),
            firstName: "Olga", signUp: .sample),
        Connection(
            state: .needsYou(
                title: "Meta does not answer", words: "Press the button to try again.", GoOn("0190", asksPIN: false),
                ConnectionSteps.variants[1]),
            firstName: "Olga", signUp: .sample),
        Connection(
            state: .connected(
                [Line(number: "+44 20 7946 0321", verifiedName: "Brandt Lettings", quality: "GREEN")], ConnectionSteps.allDone),
            firstName: "Olga", signUp: .sample),
        Connection(
            state: .connected(
                [
                    Line(number: "+44 20 7946 0321", verifiedName: "Brandt Lettings", quality: "YELLOW"),
                    Line(number: "+44 20 7946 0322", verifiedName: "Brandt Lettings", quality: "RED"),
                    Line(number: "+44 20 7946 0323", verifiedName: "Brandt Lettings", quality: "UNKNOWN"),
                ], nil), firstName: "Olga", signUp: .sample),
        Connection(
            state: .failed(
                title: "Meta did not turn on the number", words: "It still belongs to the WhatsApp Business app on a phone.",
                action: "Delete the account in that app (Settings, Account), wait five minutes, then begin again.", canRetry: true,
                ConnectionSteps.variants[2]), firstName: "Olga", signUp: .sample, csrf: Cast.csrf),
    ]
}

extension ConnectPage {
    static let sample = ConnectPage(frame: Cast.frame("Connect WhatsApp", section: .number), connection: .sample)
    static let variants = Connection.variants.map { ConnectPage(frame: Cast.frame("Connect WhatsApp", section: .number), connection: $0) }
}

extension SignInPage {
    static let sample = SignInPage(
        frame: Cast.outside,
        demo: [
            .init(person: Person.ID("olga"), name: "Olga Brandt"), .init(person: Person.ID("marek"), name: "Marek Kowalski"),
        ])
    static let variants = [
        SignInPage(
            frame: Cast.outside,
            notice: "This link was used already, or is older than a minute. Open “Messages” in ZenRent to get a new one.")
    ]
}

extension SignInLinkPage {
    static let sample = SignInLinkPage(frame: Cast.outside, landlord: "Brandt Lettings", token: "one-use-token")
}

extension ErrorPage {
    static let sample = ErrorPage(frame: Frame(title: "Not found"), kind: .notFound, requestID: "7K2M4Q")
    static let variants = [
        ErrorPage(frame: Cast.frame("Not taken", section: .none), kind: .forbidden, requestID: "7K2M4Q"),
        ErrorPage(frame: Cast.frame("Fault", section: .none), kind: .failed, requestID: "7K2M4Q"),
        ErrorPage(
            frame: Cast.frame("Too big", section: .none),
            kind: .other(title: "That was too big", words: "A form may hold 64 KB. Send it in parts."), requestID: "7K2M4Q"),
    ]
}
