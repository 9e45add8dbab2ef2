import Messaging

// Inside the page a line is what is shown of it.
typealias WhatsAppLine = Line

extension Connection {
    /// Where the landlord's number stands now.
    init(of desk: Desk, signUp: SignUp, csrf: String = "") async throws {
        let lines = try await desk.lines()
        let latest = try await desk.latestOnboarding()
        self.init(
            state: Self.state(lines: lines, latest: latest), firstName: desk.personName.split(separator: " ").first.map(String.init) ?? "",
            signUp: signUp, csrf: csrf, barred: desk.may(.connect) ? nil : NotAllowed(deed: .connect).message)
    }

    private static func state(lines: [WhatsAppLine], latest: (onboarding: Onboarding, steps: [Onboarding.Step])?) -> State {
        let connected = lines.filter { $0.status == .connected }.map(Line.init)
        guard let latest else { return connected.isEmpty ? .before : .connected(connected, nil) }
        let steps = ConnectionSteps(steps: latest.steps.map(Self.step))
        switch latest.onboarding.status {
        case .running: return .underWay(steps)
        case .done:
            if lines.contains(where: { $0.status == .reconnect }) {
                return .failed(
                    title: "Meta’s permission has ended", words: reconnect,
                    action: "Press the button and go through Meta’s window once more.", canRetry: true, steps)
            }
            return connected.isEmpty ? .before : .connected(connected, steps)
        case .failed:
            guard let problem = latest.onboarding.problem else { return .before }
            let code = latest.onboarding.problemCode.map { " (Meta’s code \($0))" } ?? ""
            if problem.canGoOn {
                let goOn = GoOn(latest.onboarding.onboardingId.rawValue, asksPIN: problem == .pinNeeded)
                return .needsYou(title: problem.title, words: problem.words + code, goOn, steps)
            }
            if !connected.isEmpty { return .connected(connected, nil) }
            return .failed(
                title: problem.title, words: problem.words + code, action: "Begin again; what you entered at Meta is kept there.",
                canRetry: true, steps)
        }
    }

    private static let reconnect = "Messages still arrive; yours wait. Connecting again takes a minute and keeps everything."

    private static func step(_ step: Onboarding.Step) -> (state: ConnectionSteps.State, step: ConnectionSteps.Step) {
        let state: ConnectionSteps.State =
            switch step.state {
            case .toCome: .toCome
            case .underWay: .underWay
            case .done, .skipped: .done
            case .needsYou: .needsYou
            }
        let (ahead, done) = step.step.titles
        return (state, ConnectionSteps.Step(state, title: state == .done ? done : ahead))
    }
}

extension Connection.Line {
    fileprivate init(_ line: WhatsAppLine) {
        self.init(
            number: PhoneNumber.written(line.phoneNumber), verifiedName: line.verifiedName ?? "", quality: line.qualityRating ?? "",
            status: "Connected")
    }
}

extension OnboardingStep {
    /// Before and after.
    fileprivate var titles: (String, String) {
        switch self {
        case .exchange: ("We take over Meta’s permission", "Signed in with Meta")
        case .permission: ("We check the permission", "Permission checked")
        case .account: ("Your business account is connected", "Business account connected")
        case .number: ("We find your number", "Number found")
        case .subscribe: ("Messages start to arrive here", "Messages arrive here")
        case .register: ("Your number is turned on", "Number turned on")
        case .templates: ("Your templates are fetched", "Templates fetched")
        case .ready: ("Ready", "Ready")
        }
    }
}

extension OnboardingProblem {
    /// The problem in half a line.
    fileprivate var title: String {
        switch self {
        case .codeExpired, .codeUsed, .answerLost, .secretLost: "Meta’s permission was lost on the way"
        case .foreignToken, .foreignAccount, .permissionMissing: "The permission does not fit"
        case .accountTaken, .numberTaken: "Somebody else has it here"
        case .chooseAccount, .chooseNumber: "One choice is missing"
        case .noNumber, .foreignNumber: "The number is missing"
        case .pinNeeded: "The number’s PIN is needed"
        case .tooManyRegistrations: "Meta asks for a pause of three days"
        case .registrationUnclear: "Meta did not answer clearly"
        case .notVerified: "The number is not confirmed"
        case .metaRefused: "Meta did not accept it"
        case .metaSilent: "Meta does not answer"
        }
    }
}
