import Foundation
import HTTPTypes
import Hummingbird

/// The JSON control API under `/simulator`: tests, scripts and the demo act on the pretend world with it.
extension Front {
    func answerControl(_ arrival: Arrival, _ parts: [String]) async -> Response {
        // A page of another origin cannot set a JSON content type without asking first, and is never allowed to.
        guard isFromHere(arrival) else { return problem(.forbidden, "Pages of other origins may not use the control API.") }
        let isWrite = arrival.method != .get && arrival.method != .delete
        if isWrite, !arrival.body.isEmpty, arrival.headers[.contentType]?.contains("json") != true {
            return problem(.unsupportedMediaType, "Send JSON with Content-Type: application/json.")
        }
        guard let body = arrival.body.isEmpty ? [:] : JSON.parse(arrival.body), body.members != nil else {
            return problem(.badRequest, "The body is not a JSON object.")
        }
        let request = ControlRequest(
            method: arrival.method.rawValue, path: parts.map { $0.removingPercentEncoding ?? $0 }, query: arrival.queryFields,
            body: body)
        do throws(ControlProblem) {
            return .json(try await simulator.control(request))
        } catch {
            return problem(HTTPResponse.Status(code: error.status), error.message)
        }
    }

    private func problem(_ status: HTTPResponse.Status, _ message: String) -> Response {
        .json(["error": ["code": .int(status.code), "message": .string(message)]], status)
    }
}

struct ControlRequest: Sendable {
    let method: String
    let path: [String]
    let query: [String: String]
    let body: JSON
}

/// A control call that makes no sense, with its remedy.
struct ControlProblem: Error {
    var status = 422
    let message: String

    static func unknown(_ what: String) -> ControlProblem { ControlProblem(status: 404, message: "There is no \(what).") }
}

extension Simulator {
    func control(_ request: ControlRequest) async throws(ControlProblem) -> JSON {
        let answer = try await controlAnswer(request)
        if request.method != "GET" { await persist() }
        return answer
    }

    private func controlAnswer(_ request: ControlRequest) async throws(ControlProblem) -> JSON {
        switch (request.method, request.path.first ?? "", request.path.count) {
        case ("POST", "reset", 1): return await controlReset()
        case ("POST", "signups", 1): return try controlSignUp(request.body)
        case (_, "phones", 2...3): return try controlPhone(request)
        case ("POST", "clock", 2): return try controlClock(request.body)
        case ("GET", "faults", 1): return ["items": .array(faults.map(\.json))]
        case ("POST", "faults", 1): return try controlAddFault(request.body)
        case ("DELETE", "faults", 1...2): return try controlRemoveFault(request.path.dropFirst().first)
        case ("GET", "requests", 1): return ["items": .array(requests.since(number(request)).map { $0.record.json($0.number) })]
        case ("GET", "deliveries", 1): return ["items": .array(deliveries.since(number(request)).map { $0.record.json($0.number) })]
        case ("GET", "world", 1): return worldView
        case ("GET", "pending", 1): return ["webhooks": .int(world.webhooks.count)]
        case ("GET", "sends", 1): return ["accepted": .int(acceptedSends), "refused": .int(refusedSends)]
        case ("POST", "webhooks", 1...2): return try controlWebhooks(request)
        case ("PUT", "webhook", 1): return controlWebhookURL(request.body)
        case ("POST", "templates", 2): return try await controlTemplate(request.path[1], request.body)
        case ("POST", "numbers", 2): return try controlNumber(request.path[1], request.body)
        case ("POST", "persons", 1): return try controlPerson(request.body)
        case ("POST", "businesses", 1): return try controlBusiness(request.body)
        default: throw .unknown("control route \(request.method) /simulator/\(request.path.joined(separator: "/"))")
        }
    }

    private func number(_ request: ControlRequest) -> Int { request.query["since"].flatMap { Int($0) } ?? 0 }

    private func controlReset() async -> JSON {
        await reset()
        return ["success": true]
    }

    private func controlClock(_ body: JSON) throws(ControlProblem) -> JSON {
        guard let seconds = body["seconds"]?.text.flatMap({ Double($0) }) else { throw ControlProblem(message: "Say how many seconds.") }
        world.clockOffset += seconds
        return ["now": .string(now.ISO8601Format()), "secondsAhead": .double(world.clockOffset)]
    }

    private func controlAddFault(_ body: JSON) throws(ControlProblem) -> JSON {
        guard let kind = body["kind"]?.string.flatMap({ FaultKind(rawValue: $0) }) else {
            throw ControlProblem(message: "Unknown kind. Known are: " + FaultKind.allCases.map(\.rawValue).joined(separator: ", ") + ".")
        }
        if let name = body["business"]?.string, world.business(called: name) == nil { throw .unknown("business \(name)") }
        if let name = body["person"]?.string, world.person(name) == nil { throw .unknown("person \(name)") }
        return addFault(kind, times: body["times"]?.int, settings: body).json
    }

    private func controlRemoveFault(_ name: String?) throws(ControlProblem) -> JSON {
        guard removeFaults(where: { name == nil || $0.id == name || $0.kind.rawValue == name }) || name == nil else {
            throw .unknown("fault \(name ?? "")")
        }
        return ["success": true]
    }

    private func controlWebhookURL(_ body: JSON) -> JSON {
        setWebhookURL(body["url"]?.string)
        return ["success": true]
    }
}
