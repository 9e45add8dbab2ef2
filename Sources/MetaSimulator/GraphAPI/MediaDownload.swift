import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// What the media host answers.
enum Download: Sendable {
    case file(Data, mimeType: String, isCutShort: Bool)
    case refused(status: Int, reason: String)
}

extension Front {
    /// `/whatsapp_business/attachments/`: the media host, which asks for the token but for no proof, and knows no versions.
    func answerDownload(_ arrival: Arrival, _ context: FrontContext) async -> Response {
        guard arrival.method == .get else { return .plain(.methodNotAllowed, "Files are only read here.") }
        let hasName = arrival.headers[.userAgent]?.isEmpty == false
        switch await simulator.download(arrival.queryFields, path: arrival.path, bearer: arrival.bearer, hasUserAgent: hasName) {
        case .refused(let status, let reason): return .plain(HTTPResponse.Status(code: status), reason)
        case .file(let bytes, let mimeType, let isCutShort):
            return isCutShort ? cutShort(bytes, mimeType, context.channel) : .file(bytes, type: mimeType)
        }
    }

    /// Promises all bytes, sends half of them and hangs up.
    private func cutShort(_ bytes: Data, _ mimeType: String, _ channel: any Channel) -> Response {
        let half = ByteBuffer(bytes: bytes.prefix(bytes.count / 2))
        let body = ResponseBody(contentLength: bytes.count) { writer in
            try await writer.write(half)
            // Closing only our side lets what is written arrive.
            try await channel.close(mode: .output)
            throw CutShort()
        }
        return Response(status: .ok, headers: [.contentType: mimeType], body: body)
    }

    private struct CutShort: Error {}
}

extension Simulator {
    /// An address that lives 5 minutes.
    /// - Parameter source: where it is given out, which Meta writes into it.
    func address(of media: Media, source: String? = nil) -> String {
        let end = String(Int((now.timeIntervalSince1970 + 300).rounded(.up)))
        let note = source.map { "&source=\($0)" } ?? ""
        return "http://\(configuration.mediaHost):\(boundPort ?? configuration.port)/whatsapp_business/attachments/"
            + "?mid=\(media.id)\(note)&ext=\(end)&hash=\(seal(media.id, until: end))"
    }

    private func seal(_ id: String, until end: String) -> String {
        String(Signature.sha256(of: "media \(id) until \(end)".utf8, secret: configuration.appSecret).prefix(40))
    }

    func download(_ query: [String: String], path: String, bearer: String?, hasUserAgent: Bool) async -> Download {
        let start = ContinuousClock.now
        await waitForSlowMedia()
        let answer = hasUserAgent ? lookUp(query, bearer) : .refused(status: 403, reason: "Name your program in a User-Agent header.")
        var status = 200
        var words = ""
        if case .refused(let code, let reason) = answer { (status, words) = (code, reason) }
        requests.add(
            RecordedRequest(
                time: now, method: "GET", path: path, body: ["mid": .string(query["mid"] ?? "")], status: status, answer: words,
                milliseconds: Int((ContinuousClock.now - start) / .milliseconds(1))))
        return answer
    }

    private func lookUp(_ query: [String: String], _ bearer: String?) -> Download {
        guard let bearer, case .business(let token)? = try? caller(holding: bearer) else {
            return .refused(status: 401, reason: "Send the business's token as Authorization: Bearer.")
        }
        guard let id = query["mid"], let end = query["ext"], query["hash"] == seal(id, until: end),
            let media = world.media.living(id, at: now)
        else { return .refused(status: 404, reason: "There is no file at this address.") }
        guard reaches(token, media) else { return .refused(status: 401, reason: "This token does not reach the file's number.") }
        guard now.timeIntervalSince1970 < Double(end) ?? 0, takeFault(.mediaUrlExpired) == nil else {
            return .refused(status: 404, reason: "The address is older than 5 minutes. Ask for the file's ID again.")
        }
        guard var bytes = archive.bytes(media.sha256) else { return .refused(status: 404, reason: "The file's bytes are gone.") }
        if takeFault(.mediaChanged) != nil, let first = bytes.first { bytes[bytes.startIndex] = ~first }
        return .file(bytes, mimeType: media.mimeType, isCutShort: takeFault(.mediaTruncated) != nil)
    }
}
