import Hummingbird

/// Answers each request in a task of its own. What the layers between the socket and a handler put aside stays with their task until it
/// ends, and a connection's own task lives as long as a live stream: thousands of idle streams would keep it for nothing.
struct TaskPerRequest<Inside: HTTPResponder>: HTTPResponder where Inside.Context: Sendable {
    let inside: Inside

    func respond(to request: Request, context: Inside.Context) async throws -> Response {
        let answer = Task { try await inside.respond(to: request, context: context) }
        return try await withTaskCancellationHandler {
            try await answer.value
        } onCancel: {
            answer.cancel()
        }
    }
}
