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
        let parts = request.uri.path.split(separator: "/").map(String.init)
        let limit = Self.limit(of: parts)
        let body = try await Self.body(of: request, upTo: limit)
        let arrival = Arrival(
            method: request.method, authority: request.head.authority, path: request.uri.path, query: request.uri.query ?? "",
            headers: request.headers, body: body ?? Data())
        // An upload that is too large is refused in Meta's own words.
        if body == nil, parts.last != "media" { return .plain(.contentTooLarge, "The body is larger than \(limit >> 20) MiB.") }
        if parts.first == "simulator" { return await answerControl(arrival, Array(parts.dropFirst())) }
        if parts.first == "whatsapp_business" { return await answerDownload(arrival, context) }
        if let page = await answerPage(arrival, parts) { return page }
        return try await answerGraph(arrival, body, context)
    }

    /// Bodies are small, but for those with files: 100 MB and the form around them, and in the control API as base64.
    private static func limit(of parts: [String]) -> Int {
        if parts.first == "simulator" { return (parts.last == "messages" ? 110 : 4) << 20 }
        return (parts.last == "media" || (parts.first == "phones" && parts.last == "files") ? 101 : 4) << 20
    }

    /// The whole body; nil when it is longer. It is read to its end all the same: many clients listen only when they have said everything.
    private static func body(of request: Request, upTo limit: Int) async throws -> Data? {
        var body = Data()
        body.reserveCapacity(max(0, min(request.headers[.contentLength].flatMap { Int($0) } ?? 0, limit)))
        var isTooLong = false
        for try await part in request.body where !isTooLong {
            isTooLong = body.count + part.readableBytes > limit
            if isTooLong { body = Data() } else { body.append(contentsOf: part.readableBytesView) }
        }
        return isTooLong ? nil : body
    }

    private func answerGraph(_ arrival: Arrival, _ body: Data?, _ context: FrontContext) async throws -> Response {
        let request = GraphRequest(
            method: arrival.method.rawValue, path: arrival.path, query: arrival.query, bearer: arrival.bearer,
            contentType: arrival.headers[.contentType] ?? "", body: body)
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
    let body: Data

    /// Query and form fields; later ones win.
    var form: [String: String] {
        let fields = GraphRequest.form(query).merging(GraphRequest.form(String(decoding: body, as: UTF8.self))) { _, last in last }
        return fields.compactMapValues(\.text)
    }

    /// A form of a phone's page, which may carry a file.
    var sentForm: SentForm {
        let type = headers[.contentType] ?? ""
        guard type.hasPrefix("multipart/") else { return SentForm(fields: form) }
        let parts = MultipartForm(body, contentType: type)
        return SentForm(fields: parts?.fields ?? [:], file: parts?.file("file"))
    }

    var bearer: String? { headers[.authorization].flatMap { $0.hasPrefix("Bearer ") ? String($0.dropFirst(7)) : nil } }

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

    /// Bytes that somebody sent: a browser shows them as what they claim to be or not at all, and runs nothing in them.
    static func file(_ bytes: Data, type: String) -> Response {
        Response(
            status: .ok,
            headers: [
                .contentType: type, .cacheControl: "no-store", .xContentTypeOptions: "nosniff",
                .contentSecurityPolicy: "default-src 'none'; sandbox",
            ], body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }

    static func seeOther(_ address: String) -> Response { Response(status: .seeOther, headers: [.location: address]) }
}
