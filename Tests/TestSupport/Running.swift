import Logging
import ServiceLifecycle

/// Runs `body` while services run, then shuts them down gracefully: a server that is cancelled while it accepts may take the process
/// with it. `endedBy` is called when they have ended, also by a failure to start, so that nobody waits for their ports in vain.
public func running<Result: Sendable>(
    _ services: [any Service], endedBy: @escaping @Sendable () -> Void = {}, _ body: () async throws -> Result
) async throws -> Result {
    let group = ServiceGroup(services: services, logger: quietLogger)
    let task = Task {
        defer { endedBy() }
        try await group.run()
    }
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

/// Tells of nothing short of disaster, so that a test's output is its own.
public let quietLogger: Logger = {
    var logger = Logger(label: "test")
    logger.logLevel = .critical
    return logger
}()
