import Foundation

/// Lets whoever holds it read one file for some minutes: browsers fetch pictures without a token of their own.
public struct MediaPass: Sendable {
    /// Passes are made for whole steps, so that within one the address stays the same and browsers may keep what they fetched.
    private static let step: TimeInterval = 300
    /// A pass lives for two to three steps.
    private static let steps = 3.0
    private static let purpose = "media pass"

    private struct Claims: Codable {
        let landlord: Landlord.ID
        let digest: String
        let isPreview: Bool
        let isExport: Bool?
        let name: String?
        let until: Int
        /// For whom it was made: it ends with the membership. An earlier release named nobody.
        let person: Person.ID?

        var part: MediaKey.Part { isExport == true ? .export : isPreview ? .preview : .content }
    }

    /// Goes into an address as it is: letters, digits, `-`, `_` and a dot.
    public let text: String
    /// What the file is called when it is saved.
    public let name: String?
    public let expiresAt: Date
    let key: MediaKey
    let person: Person.ID?

    init(_ key: MediaKey, name: String?, for person: Person.ID, now: Date, keys: TokenKeys) throws {
        let until = ((now.timeIntervalSince1970 / Self.step).rounded(.down) + Self.steps) * Self.step
        let claims = Claims(
            landlord: key.landlord, digest: key.digest, isPreview: key.part == .preview, isExport: key.part == .export ? true : nil,
            name: name, until: Int(until), person: person)
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let payload = Self.written(try encoder.encode(claims))
        text = payload + "." + Self.written(Data(keys.code(for: payload, purpose: Self.purpose)))
        self.key = key
        self.name = name
        self.person = person
        expiresAt = Date(timeIntervalSince1970: until)
    }

    /// Nil when it is not ours. Whether it has expired is another question.
    init?(_ text: String, keys: TokenKeys) {
        let parts = text.split(separator: ".")
        guard text.utf8.count < 2_000, parts.count == 2, let code = Self.read(parts[1]),
            keys.approves(Array(code), of: String(parts[0]), purpose: Self.purpose), let payload = Self.read(parts[0]),
            let claims = try? JSONDecoder().decode(Claims.self, from: payload)
        else { return nil }
        self.text = text
        key = MediaKey(claims.landlord, digest: claims.digest, part: claims.part)
        (name, person) = (claims.name, claims.person)
        expiresAt = Date(timeIntervalSince1970: TimeInterval(claims.until))
    }

    private static func written(_ bytes: Data) -> String {
        bytes.base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }

    private static func read(_ text: Substring) -> Data? {
        let plain = text.replacing("-", with: "+").replacing("_", with: "/")
        return Data(base64Encoded: plain + String(repeating: "=", count: (4 - plain.utf8.count % 4) % 4))
    }
}

/// A file as it is handed to a browser.
public struct OpenedMedia: Sendable {
    public let file: URL
    public let type: FileType
    /// Whether it is the small picture (WebP) of a file.
    public let isPreview: Bool
    public let name: String?
    public let digest: String
}

/// A pass that has served.
public struct MediaPassExpired: Error {}

extension Messaging {
    /// Opens what the pass is for.
    /// - Throws: `NotFound` for what is not a pass, `MediaPassExpired`, `MediaMissing`.
    public func open(mediaPass text: String) async throws -> OpenedMedia {
        guard let store = mediaStore, let pass = MediaPass(text, keys: keys) else { throw NotFound() }
        guard clock() < pass.expiresAt else { throw MediaPassExpired() }
        let key = pass.key
        let content = try await database.read { db in
            let rows = LandlordRows(key.landlord, db)
            if let person = pass.person { _ = try rows.colleague(person) }
            return key.part == .export ? nil : try rows.mediaContent(key.digest)
        }
        if key.part == .export { return try await openExport(key, name: pass.name, in: store) }
        guard let content else { throw NotFound() }
        return OpenedMedia(
            file: try await store.file(key), type: key.part == .preview ? .webp : content.type, isPreview: key.part == .preview,
            name: pass.name, digest: key.digest)
    }
}

extension Desk {
    /// A pass for the file of a message, or for its small picture.
    /// - Throws: `NotFound` when the message has no file, or it is not here (yet).
    public func mediaPass(for message: Message.ID, preview: Bool) async throws -> MediaPass {
        let found = try await (media(of: [message])[message], self.message(message))
        guard case .stored(let content) = found.0?.state, !preview || content.width != nil else { throw NotFound() }
        return try MediaPass(
            MediaKey(landlord.landlordID, digest: content.digest, part: preview ? .preview : .content),
            name: preview ? nil : found.1.fileName, for: person, now: now, keys: messaging.keys)
    }
}
