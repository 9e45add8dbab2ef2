import ArgumentParser
import Messaging
import MessagingWeb

struct Token: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Sign-in tokens.", subcommands: [Issue.self])

    struct Issue: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Prints a token for the API, signed with AUTH_JWT_SECRET.")

        @OptionGroup var options: SettingsOptions
        @Option(help: "Whose token: the platform's auth.user.id.")
        var landlord: String
        @Option(help: "Seconds until it ends.")
        var ttl = 3_600

        func validate() throws {
            guard ttl > 0 else { throw ValidationError("--ttl must be at least 1 second.") }
            guard !landlord.isEmpty else { throw ValidationError("--landlord must name somebody.") }
        }

        func run() async throws {
            let settings = try options.read(for: .tokens)
            say(try await TokenIssuer.issue(for: Person.ID(landlord), lasting: Double(ttl), settings: settings))
        }
    }
}
