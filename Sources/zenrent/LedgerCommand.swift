import ArgumentParser
import Foundation
import Messaging
import MessagingWeb

struct LedgerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ledger", abstract: "What Meta sent, and what became of it.", subcommands: [Status.self, Replay.self, Fixture.self])

    struct Status: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "How many events wait, are parked, or were set aside.")

        @OptionGroup var options: SettingsOptions
        @Flag(help: "Print JSON.")
        var json = false

        func run() async throws {
            let settings = try options.read(for: .storage)
            let status = try await withMessaging(settings, logger: makeLogger(.warning)) { try await $0.ledgerStatus() }
            if json {
                let encoder = JSONEncoder()
                encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
                encoder.dateEncodingStrategy = .iso8601
                say(String(decoding: try encoder.encode(status), as: UTF8.self))
            } else {
                say(status.lines.joined(separator: "\n"))
            }
        }
    }

    struct Replay: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Has stored events applied again, by the running server or by the next one.",
            discussion: "Safe at any time: what is known already stays as it is. Follow it with zenrent ledger status.")

        @OptionGroup var options: SettingsOptions
        @Option(help: "Only events that arrived since then: an ISO 8601 time such as 2026-11-24T00:00:00Z.")
        var since: String?
        @Option(help: "Only events of this landlord's accounts: the platform's auth.user.id.")
        var landlord: String?
        @Option(help: "Only this event, by the ID that ledger status prints.")
        var event: String?

        func run() async throws {
            let settings = try options.read(for: .storage), selection = try selection()
            let count: Int
            do {
                count = try await withMessaging(settings, logger: makeLogger(.warning)) { try await $0.replay(selection) }
            } catch is NotFound {
                throw ValidationError("There is no landlord \(landlord ?? ""). Give the platform's auth.user.id.")
            }
            if count == 0, event != nil { throw ValidationError("There is no such event, or its body has been deleted.") }
            say("\(count) event\(count == 1 ? "" : "s") will be applied again.")
        }

        private func selection() throws -> ReplaySelection {
            guard [since, landlord, event].compactMap({ $0 }).count <= 1 else {
                throw ValidationError("Choose one of --since, --landlord and --event.")
            }
            if let landlord { return .landlord(Landlord.ID(landlord)) }
            if let event { return .event(LedgerEvent.ID(event)) }
            guard let since else { return .all }
            guard let time = try? Date(since, strategy: .iso8601) else {
                throw ValidationError("\(since) is not an ISO 8601 time. Write it like 2026-11-24T00:00:00Z.")
            }
            return .since(time)
        }
    }

    struct Fixture: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Prints a stored event as a test fixture: same shape, nothing personal.",
            discussion: "For payloads that were set aside: put it under Tests/WhatsAppCloudAPITests/Fixtures and write the test.")

        @OptionGroup var options: SettingsOptions
        @Argument(help: "The event, by the ID that ledger status prints.")
        var event: String

        func run() async throws {
            let settings = try options.read(for: .storage), id = LedgerEvent.ID(event)
            let body = try await withMessaging(settings, logger: makeLogger(.warning)) { try await $0.fixture(of: id) }
            guard let body else { throw ValidationError("There is no such event, or its body has been deleted.") }
            FileHandle.standardOutput.write(Data(body) + Data("\n".utf8))
        }
    }
}

extension LedgerStatus {
    fileprivate var lines: [String] {
        var lines = [
            "waiting    \(waiting)" + (oldestSeconds.map { ", the oldest for \(Int($0)) s" } ?? ""),
            "arriving   \(Self.rate(arriving))", "applied    \(Self.rate(applying))",
            "replaying  \(replaying)", "parked     \(parked)", "set aside  \(setAside)",
        ]
        lines += parkedBy.map { "  parked: \($0.reason) \($0.count), since \($0.oldest.formatted(.iso8601))" }
        lines += lastSetAside.map { "  set aside: \($0.eventId) of \($0.receivedAt.formatted(.iso8601)): \($0.error)" }
        return lines
    }

    private static func rate(_ perSecond: Double) -> String {
        "\(perSecond.formatted(.number.precision(.fractionLength(1)).locale(Locale(identifier: "en_US")))) events/s in the last minute"
    }
}
