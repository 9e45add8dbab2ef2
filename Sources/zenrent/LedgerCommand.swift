import ArgumentParser
import Foundation
import Messaging
import MessagingWeb

struct LedgerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ledger", abstract: "What Meta sent, and what became of it.", subcommands: [Status.self])

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
}

extension LedgerStatus {
    fileprivate var lines: [String] {
        var lines = [
            "waiting    \(waiting)" + (oldestSeconds.map { ", the oldest for \(Int($0)) s" } ?? ""), "applied    \(applied)",
            "parked     \(parked)", "set aside  \(setAside)",
        ]
        lines += parkedBy.map { "  parked: \($0.reason) \($0.count), since \($0.oldest.formatted(.iso8601))" }
        lines += lastSetAside.map { "  set aside: \($0.eventId) of \($0.receivedAt.formatted(.iso8601)): \($0.error ?? "")" }
        return lines
    }
}
