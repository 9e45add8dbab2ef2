import Foundation
import HTTPTypes
import Hummingbird

extension Front {
    /// A page, script or asset; nil when the path belongs to the Graph API.
    func answerPage(_ arrival: Arrival, _ parts: [String]) async -> Response? {
        switch (parts.first, arrival.method) {
        case (nil, .get), ("simulator.html", .get): return .html(simulator.views.page("overview", await simulator.overview()))
        case ("assets", .get) where parts.count == 2: return asset(parts[1])
        case ("phones", .get) where parts.count == 3 && parts[1] == "media": return await answerFile(parts[2])
        case ("phones", _) where parts.count >= 2: return await answerPhone(arrival, parts)
        case ("desk", .post) where parts.count >= 2: return isFromHere(arrival) ? await answerDesk(arrival, parts) : Self.foreign
        case ("signup", .post) where parts.count == 2:
            return isFromHere(arrival) ? await answerSignUp(parts[1], arrival.form) : Self.foreign
        default: break
        }
        if parts.last == "sdk.js", parts.count <= 2 { return asset("sdk.js") }
        if parts.suffix(2) == ["dialog", "oauth"], parts.count <= 3 { return await openDialog(arrival.queryFields) }
        return nil
    }

    static let foreign = Response.plain(.forbidden, "Forms of other pages are not accepted here.")

    /// A browser names the page that a form came from; only our own may act.
    func isFromHere(_ arrival: Arrival) -> Bool {
        guard let origin = arrival.headers[.origin] else { return true }
        return origin == "http://" + (arrival.authority ?? "")
    }

    private func asset(_ name: String) -> Response {
        guard let text = Embedded.files["Assets/" + name] else { return .plain(.notFound, "There is no such file.") }
        let type = name.hasSuffix(".css") ? "text/css; charset=utf-8" : "text/javascript; charset=utf-8"
        var response = Response.text(.ok, text, type: type)
        // The product's page loads the SDK with crossorigin="anonymous", as it does Meta's.
        response.headers[.accessControlAllowOrigin] = "*"
        return response
    }

    private func answerPhone(_ arrival: Arrival, _ parts: [String]) async -> Response {
        let slug = parts[1]
        let last = parts.dropFirst(2).first
        switch (arrival.method, last) {
        case (.get, nil), (.get, "log"):
            let fields = arrival.queryFields
            guard let page = await simulator.phonePage(slug, number: fields["number"], answering: fields["message"]) else {
                return Self.noPhone
            }
            return .html(simulator.views.page(last ?? "phone", page))
        case (.post, let name?):
            guard let act = PhoneAct(rawValue: name) else { return Self.noPhone }
            guard isFromHere(arrival) else { return Self.foreign }
            guard let number = await simulator.act(act, arrival.sentForm, as: slug) else { return Self.noPhone }
            return .seeOther("/phones/\(slug)?number=\(number)")
        default: return Self.noPhone
        }
    }

    /// A file as the phone has it: shown if it is a picture, a film or a sound, else handed out for keeping.
    private func answerFile(_ id: String) async -> Response {
        guard let (media, bytes) = await simulator.file(id) else { return .plain(.notFound, "This file is not kept any more.") }
        guard !media.isShown else { return .file(bytes, type: media.plainType) }
        var response = Response.file(bytes, type: "application/octet-stream")
        let name = (media.filename ?? media.id).addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? media.id
        response.headers[.contentDisposition] = "attachment; filename*=UTF-8''\(name)"
        return response
    }

    private static let noPhone = Response.plain(.notFound, "There is no such phone or number. All phones are at /.")

    private func answerDesk(_ arrival: Arrival, _ parts: [String]) async -> Response {
        let fields = arrival.form
        switch parts.dropFirst().joined(separator: "/") {
        case "reset": await simulator.reset()
        case "clock": await simulator.advanceClock(by: Double(fields["seconds"] ?? "") ?? 0)
        case "faults": await simulator.switchOn(fields["kind"] ?? "")
        case "faults/off": await simulator.switchOff(fields["fault"] ?? "")
        default: return .plain(.notFound, "There is no such control.")
        }
        return .seeOther("/")
    }
}
