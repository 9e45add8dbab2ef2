import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// The request's surroundings, with its connection: faults close it.
struct FrontContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    let channel: any Channel

    init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        channel = source.channel
    }
}

/// The front door: pages, control API and Graph API share one port, told apart by the first part of the path.
struct Front: HTTPResponder {
    typealias Context = FrontContext
    let simulator: Simulator

    func respond(to request: Request, context: FrontContext) async throws -> Response {
        // Another name for this machine would let a page elsewhere talk to us (DNS rebinding).
        guard Self.namesThisMachine(request.head.authority) else { return .plain(.forbidden, "The simulator answers on loopback only.") }
        let body: ByteBuffer
        do {
            body = try await request.body.collect(upTo: 4 * 1_024 * 1_024)
        } catch {
            return .plain(.contentTooLarge, "The body is larger than 4 MiB.")
        }
        let arrival = Arrival(
            method: request.method, authority: request.head.authority, path: request.uri.path, query: request.uri.query ?? "",
            headers: request.headers,
            body: Array(body.readableBytesView))
        let parts = arrival.path.split(separator: "/")
        if parts.first == "simulator" { return await answerControl(arrival, Array(parts.dropFirst())) }
        if let page = await answerPage(arrival, parts.map(String.init)) { return page }
        return try await answerGraph(arrival, context)
    }

    private func answerGraph(_ arrival: Arrival, _ context: FrontContext) async throws -> Response {
        let bearer = arrival.headers[.authorization].flatMap { $0.hasPrefix("Bearer ") ? String($0.dropFirst(7)) : nil }
        let request = GraphRequest(
            method: arrival.method.rawValue, path: arrival.path, query: arrival.query, bearer: bearer,
            contentType: arrival.headers[.contentType] ?? "", body: arrival.body)
        switch await simulator.receive(request) {
        case .hangUp:
            try await context.channel.close()
            throw ConnectionClosed()
        case .answer(let status, let body, let isJSON):
            var response = Response.text(
                HTTPResponse.Status(code: status), body, type: isJSON ? "application/json; charset=UTF-8" : "text/html")
            if let name = HTTPField.Name("X-App-Usage") {
                response.headers[name] = #"{"call_count":1,"total_time":1,"total_cputime":1}"#
            }
            return response
        }
    }

    private struct ConnectionClosed: Error {}

    private static func namesThisMachine(_ authority: String?) -> Bool {
        guard let authority else { return true }
        let host = authority.hasPrefix("[") ? String(authority.prefix { $0 != "]" }) : String(authority.prefix { $0 != ":" })
        return SimulatorConfiguration.isLoopback(host)
    }
}

/// A request that has been read to its end.
struct Arrival: Sendable {
    let method: HTTPRequest.Method
    let authority: String?
    let path: String
    let query: String
    let headers: HTTPFields
    let body: [UInt8]

    /// Query and form fields; later ones win.
    var form: [String: String] {
        let fields = GraphRequest.form(query).merging(GraphRequest.form(String(decoding: body, as: UTF8.self))) { _, last in last }
        return fields.compactMapValues(\.text)
    }

    var queryFields: [String: String] { GraphRequest.form(query).compactMapValues(\.text) }
}

extension Response {
    static func text(_ status: HTTPResponse.Status, _ body: String, type: String) -> Response {
        Response(
            status: status, headers: [.contentType: type, .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: body)))
    }

    static func plain(_ status: HTTPResponse.Status, _ body: String) -> Response { text(status, body, type: "text/plain; charset=utf-8") }
    static func html(_ body: String, _ status: HTTPResponse.Status = .ok) -> Response {
        text(status, body, type: "text/html; charset=utf-8")
    }
    static func json(_ body: JSON, _ status: HTTPResponse.Status = .ok) -> Response {
        text(status, body.metaText, type: "application/json")
    }

    static func seeOther(_ address: String) -> Response { Response(status: .seeOther, headers: [.location: address]) }
}
