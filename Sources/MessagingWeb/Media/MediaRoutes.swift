import Foundation
import HTTPTypes
import Hummingbird
import Messaging
import WhatsAppCloudAPI

/// Files of messages. Who is signed in gets an address that lives some minutes; the bytes are handed out there, to whoever holds it.
struct MediaRoutes {
    let messaging: Messaging
    private let files = FileIO()

    init(messaging: Messaging) {
        self.messaging = messaging
    }

    func add(to router: some RouterMethods<WebContext>) {
        router.get("/media/:pass/:name", use: open)
        router.head("/media/:pass/:name", use: open)
    }

    func addSignedIn(to router: some RouterMethods<LandlordContext>) {
        router.get("/inbox/:conversation/messages/:message/file") { try await lead($1, preview: false) }
        router.get("/inbox/:conversation/messages/:message/preview") { try await lead($1, preview: true) }
    }

    func addAPI(to router: some RouterMethods<LandlordContext>) {
        router.get("messages/:message/media", use: describe)
        router.post("media", use: take)
    }

    /// A file for messages to come: its ID goes into `sendMessage`.
    @Sendable private func take(_ request: Request, context: LandlordContext) async throws -> Response {
        let file = try await FileIntake.take(request, isVoice: request.query("voice") == "yes", at: context.desk)
        return .json(
            [
                "id": .string(file.content.digest), "type": .string(file.content.type.rawValue),
                "kind": .string(file.kind.rawValue), "bytes": .integer(Int64(file.content.bytes)),
            ], status: .created)
    }

    private func lead(_ context: LandlordContext, preview: Bool) async throws -> Response {
        let message: Message.ID = try context.id("message")
        let pass = try await context.desk.mediaPass(for: message, preview: preview)
        // Shorter than the pass lives: a browser that remembers where it was led never arrives too late.
        return Response(status: .found, headers: [.location: Self.address(of: pass), .cacheControl: "private, max-age=240"])
    }

    /// `url` needs no token and lives until `expiresAt`.
    @Sendable private func describe(_ request: Request, context: LandlordContext) async throws -> Response {
        let id = try context.id("message", of: Message.self)
        guard let file = try await context.desk.media(of: [id])[id] else { throw NotFound() }
        guard case .stored(let content) = file.state else {
            var members: [String: JSONValue] = ["state": file.state == .wanted ? "wanted" : "lost"]
            if case .lost(let problem) = file.state { members["problem"] = .string(problem.rawValue) }
            return .json(.object(members))
        }
        let pass = try await context.desk.mediaPass(for: id, preview: false)
        let preview = content.width == nil ? nil : try await context.desk.mediaPass(for: id, preview: true)
        return .json([
            "state": "stored", "type": .string(content.type.rawValue), "bytes": .integer(Int64(content.bytes)),
            "sha256": .string(content.digest), "fileName": .text(pass.name), "url": .string(Self.address(of: pass)),
            "previewUrl": .text(preview.map(Self.address(of:))), "expiresAt": .time(pass.expiresAt),
        ])
    }

    @Sendable private func open(_ request: Request, context: WebContext) async throws -> Response {
        guard let pass = context.parameters.get("pass") else { throw Refusal.notFound }
        let media = try await messaging.open(mediaPass: pass)
        let size = try media.file.resourceValues(forKeys: [.fileSizeKey]).fileSize ?? 0
        var headers = Self.headers(of: media)
        guard request.headers[.ifNoneMatch] != headers[.eTag] else { return Response(status: .notModified, headers: headers) }
        let range: ByteRange?
        switch ByteRange.asked(request.headers[.range], of: size) {
        case .whole: range = nil
        case .part(let part): range = part
        case .impossible:
            headers[.contentRange] = "bytes */\(size)"
            return Response(status: .rangeNotSatisfiable, headers: headers)
        }
        if let range { headers[.contentRange] = "bytes \(range.first)-\(range.last)/\(size)" }
        let body =
            request.method == .head
            ? ResponseBody()
            : try await files.loadFile(
                path: media.file.path, range: (range?.first ?? 0)...(range?.last ?? max(0, size - 1)), context: context)
        return Response(status: range == nil ? .ok : .partialContent, headers: headers, body: body)
    }

    /// Nothing in a file can act in our name: only types that are known by their bytes are shown, and not even they may run anything.
    private static func headers(of media: OpenedMedia) -> HTTPFields {
        let isShown = media.type.family != .document
        return [
            .contentType: media.type.rawValue, .xContentTypeOptions: "nosniff", .contentSecurityPolicy: "default-src 'none'; sandbox",
            .contentDisposition: "\(isShown ? "inline" : "attachment"); filename*=UTF-8''\(FileName(of: media).escaped)",
            .acceptRanges: "bytes", .eTag: "\"\(media.digest)\(media.isPreview ? "-preview" : "")\"",
            // What it is named after never changes.
            .cacheControl: "private, max-age=604800, immutable",
        ]
    }

    static func address(of pass: MediaPass) -> String {
        Paths.media(pass.text, name: FileName.plain(pass.name) ?? "file")
    }
}

/// A part of a file, as a player asks for it (RFC 9110, section 14). Several parts at once are not given: the whole is.
struct ByteRange: Equatable {
    let first: Int
    let last: Int

    enum Asked: Equatable {
        case whole
        case part(ByteRange)
        case impossible
    }

    static func asked(_ header: String?, of size: Int) -> Asked {
        guard let header, let found = header.wholeMatch(of: /bytes=(\d{0,15})-(\d{0,15})/) else { return .whole }
        switch (Int(found.1), Int(found.2)) {
        case (nil, nil): return .whole
        case (nil, let count?): return count > 0 && size > 0 ? .part(ByteRange(first: max(0, size - count), last: size - 1)) : .impossible
        case (let first?, let last):
            guard first < size, last.map({ $0 >= first }) ?? true else { return .impossible }
            return .part(ByteRange(first: first, last: min(last ?? size - 1, size - 1)))
        }
    }
}

/// What a file is called when it is saved: its sender's name for it, without anything that could mislead or break out.
struct FileName {
    let text: String

    init(of media: OpenedMedia) {
        text = Self.plain(media.name) ?? "file.\(media.type.fileExtension)"
    }

    /// Without directions of writing, line breaks and slashes; at most 120 characters.
    static func plain(_ name: String?) -> String? {
        guard let name else { return nil }
        let kept = name.unicodeScalars.filter { scalar in
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse: false
            default: !"/\\:\"<>|?*".unicodeScalars.contains(scalar)
            }
        }
        let plain = String(String.UnicodeScalarView(kept)).trimmingCharacters(in: .whitespaces.union(CharacterSet(charactersIn: ".")))
        return plain.isEmpty ? nil : String(plain.suffix(120))
    }

    /// RFC 8187.
    var escaped: String {
        text.addingPercentEncoding(
            withAllowedCharacters: CharacterSet(charactersIn: "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~"))
            ?? "file"
    }
}
