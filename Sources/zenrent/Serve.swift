import ArgumentParser
import CMemory
import MessagingWeb
import ServiceLifecycle

struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "The server, configured by the environment.")

    @OptionGroup var options: SettingsOptions

    func run() async throws {
        let settings = try options.read(for: .server)
        let logger = makeLogger(settings.logLevel)
        let server = Server(
            settings, logger: logger,
            onReady: { port, admin in
                say("ready http://\(settings.host):\(port)")
                if let admin { say("operators http://\(settings.adminHost):\(admin)") }
                zr_forget_start()
            })
        do {
            try await ServiceGroup(services: [server], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger).run()
        } catch {
            throw refused(error)
        }
    }
}

struct Migrate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Brings the database's tables up to date. Can be repeated.")

    @OptionGroup var options: SettingsOptions

    func run() async throws {
        let settings = try options.read(for: .storage)
        let databases = try await ServerDatabases.open(settings)
        do {
            let names = try await databases.migrate()
            say(names.isEmpty ? "Nothing to do: the tables are up to date." : names.map { "applied \($0)" }.joined(separator: "\n"))
        } catch {
            await databases.close()
            throw error
        }
        await databases.close()
    }
}
