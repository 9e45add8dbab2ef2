import ArgumentParser
import CMemory
import Foundation
import Logging
import MessagingWeb
import NIOCore

@main
struct Zenrent: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "zenrent", abstract: "WhatsApp for a rental platform's landlords and their tenants.",
        subcommands: [Serve.self, Demo.self, Migrate.self, Token.self, Contacts.self, LedgerCommand.self, Verify.self])

    static func main() async {
        zr_return_free_memory()
        await main(nil)
    }
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

/// What kept a command from starting, in words on standard error, and the exit code that stands for it.
func refused(_ error: any Error) -> any Error {
    switch error {
    case let refused as SettingsRefused:
        complain(refused.description)
        return ExitCode(EX_CONFIG)
    case let error as IOError where error.errnoCode == EADDRINUSE:
        complain(
            "The port is taken by another program. Choose another one: PORT and ADMIN_PORT, or --port and --simulator-port for the demo.")
        return ExitCode.failure
    default: return error
    }
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
