import Logging
import ServiceLifecycle

/// Runs `body` while services run, then shuts them down gracefully: a server that is cancelled while it accepts may take the process
/// with it.
public func running<Result: Sendable>(_ services: [any Service], _ body: () async throws -> Result) async throws -> Result {
    var logger = Logger(label: "test")
    logger.logLevel = .critical
    let group = ServiceGroup(services: services, logger: logger)
    let task = Task { try await group.run() }
    do {
        let result = try await body()
        await group.triggerGracefulShutdown()
        try await task.value
        return result
    } catch {
        await group.triggerGracefulShutdown()
        try? await task.value
        throw error
    }
}
