import ArgumentParser
import Foundation
import Messaging
import MessagingWeb

struct Contacts: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "A landlord's tenants.", subcommands: [Import.self])

    struct Import: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Brings tenants in from a CSV file.",
            discussion:
                "Columns: \(ContactFile.columns.joined(separator: ", ")). Exits with 1 when a row was rejected; the others are stored.")

        @OptionGroup var options: SettingsOptions
        @Argument(help: "The CSV file.")
        var file: String
        @Option(help: "Whose tenants: the platform's auth.user.id.")
        var landlord: String

        func run() async throws {
            let settings = try options.read(for: .storage)
            guard let text = try? String(contentsOfFile: file, encoding: .utf8) else {
                throw ValidationError("The file \(file) cannot be read as UTF-8 text.")
            }
            let rows = try ContactFile(text).rows
            let counts = try await withMessaging(settings, logger: makeLogger(.warning)) { messaging in
                try await bring(rows, into: messaging)
            }
            say(SyncResult.Outcome.all.map { "\($0.rawValue) \(counts[$0, default: 0])" }.joined(separator: ", "))
            if counts[.rejected, default: 0] > 0 { throw ExitCode.failure }
        }

        private func bring(_ rows: [ContactFile.Row], into messaging: Messaging) async throws -> [SyncResult.Outcome: Int] {
            let id = Landlord.ID(landlord)
            guard try await messaging.landlords.exists(id) else {
                throw ValidationError("There is no landlord \(landlord) yet. A landlord comes to exist by signing in for the first time.")
            }
            let membership = try await messaging.landlords.create(landlord: id, name: landlord, owner: Person.ID(landlord))
            let desk = messaging.desk(of: membership)
            var counts: [SyncResult.Outcome: Int] = [:]
            for row in rows where row.input == nil {
                counts[.rejected, default: 0] += 1
                say("line \(row.line): \(row.problem ?? "")")
            }
            let readable = rows.filter { $0.input != nil }
            for start in stride(from: 0, to: readable.count, by: 1_000) {
                let batch = readable[start..<min(start + 1_000, readable.count)]
                for (row, result) in zip(batch, try await desk.sync(batch.compactMap(\.input))) {
                    counts[result.outcome, default: 0] += 1
                    if let error = result.error { say("line \(row.line) (\(result.externalId)): \(error.message)") }
                }
            }
            return counts
        }
    }
}

extension SyncResult.Outcome {
    fileprivate static let all: [Self] = [.created, .updated, .unchanged, .rejected]
}
