import Hummingbird

extension Front {
    /// A page, script or asset; nil when the path belongs to the Graph API.
    func answerPage(_ arrival: Arrival, _ parts: [String]) async -> Response? { nil }
}
