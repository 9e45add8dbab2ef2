import Foundation
import Logging
import SQLDatabase

/// Writes down what calls came to. Answers that arrive while one transaction is under way share the next one.
actor SendRecorder {
    private static let batch = 128
    /// An outcome must be written whatever happens to this process's other work: without it the message would be unknown.
    private static let pauses: [Double] = [0, 0.2, 1, 2, 3, 5, 5, 5, 10, 10, 10]

    private let write: @Sendable ([SendAnswer]) async throws -> Void
    private let logger: Logger
    private var waiting: [SendAnswer] = []
    private var writing: Task<Void, Never>?
    private var lastWrite = ContinuousClock.now - SenderLoop.gathering

    init(logger: Logger, write: @escaping @Sendable ([SendAnswer]) async throws -> Void) {
        self.logger = logger
        self.write = write
    }

    func add(_ answer: SendAnswer) {
        waiting.append(answer)
        guard writing == nil else { return }
        writing = Task { await writeAll() }
    }

    /// Returns once everything is written.
    func finish() async {
        while let writing { await writing.value }
    }

    // After a quiet moment nothing waits; under load some answers gather.
    private func writeAll() async {
        while !waiting.isEmpty {
            let pause = lastWrite + SenderLoop.gathering - .now
            if pause > .zero { try? await Task.sleep(for: pause) }
            lastWrite = .now
            let batch = Array(waiting.prefix(Self.batch))
            waiting.removeFirst(batch.count)
            await record(batch)
        }
        writing = nil
    }

    private func record(_ batch: [SendAnswer]) async {
        var rest = batch
        for pause in Self.pauses {
            if pause > 0 { try? await Task.sleep(for: .seconds(pause)) }
            do {
                return try await write(rest)
            } catch let error as DatabaseError where error.passes {
                logger.error("Answers of Meta could not be recorded yet", metadata: ["count": "\(rest.count)", "error": "\(error)"])
            } catch {
                // One of them is at fault; it must not hold up its neighbours.
                rest = await recordAlone(rest)
                if rest.isEmpty { return }
            }
        }
        logger.error("Answers of Meta were not recorded: their messages stay unknown", metadata: ["count": "\(rest.count)"])
    }

    private func recordAlone(_ answers: [SendAnswer]) async -> [SendAnswer] {
        var failed: [SendAnswer] = []
        for answer in answers {
            do {
                try await write([answer])
            } catch {
                logger.error("An answer of Meta was not recorded", metadata: ["message": "\(answer.call.messageID)", "error": "\(error)"])
                failed.append(answer)
            }
        }
        return failed
    }
}

extension DatabaseError {
    /// Whether the same work may succeed a little later.
    var passes: Bool {
        switch self {
        case .serialization, .busy, .timedOut, .unavailable, .diskFull: true
        default: false
        }
    }
}
