import ArgumentParser
import Foundation
import Logging
import MessagingWeb

@main
struct Zenrent: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "zenrent", abstract: "WhatsApp for a rental platform's landlords and their tenants.",
        subcommands: [Serve.self, Demo.self, Migrate.self, Token.self, Contacts.self, LedgerCommand.self])
}

/// Where a command's settings come from: the environment, and beneath it a file.
struct SettingsOptions: ParsableArguments {
    @Option(help: "A file of KEY=VALUE lines; variables of the environment come first.")
    var config: String?

    func read(for purpose: Settings.Purpose) throws -> Settings {
        do {
            return try Settings(environment(), for: purpose)
        } catch {
            throw refused(error)
        }
    }

    func environment() throws(SettingsRefused) -> [String: String] {
        let file = try config.map { path throws(SettingsRefused) in try ConfigFile.read(path) } ?? [:]
        return file.merging(ProcessInfo.processInfo.environment) { _, own in own }
    }
}

/// The settings' problems on standard error, and the exit code that stands for them.
func refused(_ error: any Error) -> any Error {
    guard let refused = error as? SettingsRefused else { return error }
    complain(refused.description)
    return ExitCode(EX_CONFIG)
}

/// A problem and its remedy on standard error.
func complain(_ text: String) {
    FileHandle.standardError.write(Data("\(text)\n".utf8))
}

/// A line on standard output, at once, whoever reads it.
func say(_ text: String) {
    FileHandle.standardOutput.write(Data("\(text)\n".utf8))
}

/// Logs go to standard error; standard output belongs to what a command answers.
func makeLogger(_ level: Logger.Level) -> Logger {
    LoggingSystem.bootstrap { StreamLogHandler.standardError(label: $0) }
    var logger = Logger(label: "zenrent")
    logger.logLevel = level
    return logger
}
