import ArgumentParser
import Foundation
import Messaging

struct Verify: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Tells whether one byte of an exported bundle was changed, and where. Needs no server, database or network.",
        discussion:
            "Ends with 0 when nothing was changed, with 1 when something was, and with 2 when the file is no bundle or cannot be read.")

    @Argument(help: "The bundle.")
    var bundle: String
    @Option(help: "The installation's public key, from its export page or /api/whatsapp/exports/key: it proves whose bundle this is.")
    var key: String?

    func run() throws {
        let verdict = BundleCheck.verdict(on: bundle, key: key)
        for words in verdict.findings { say(words) }
        if verdict.findingCount > verdict.findings.count { say("… and \(verdict.findingCount - verdict.findings.count) more.") }
        guard let isUnchanged = verdict.isUnchanged else { throw ExitCode(2) }
        say(isUnchanged ? "Unchanged." : "CHANGED.")
        for line in verdict.contents { say(line) }
        if !isUnchanged { throw ExitCode(1) }
    }
}
