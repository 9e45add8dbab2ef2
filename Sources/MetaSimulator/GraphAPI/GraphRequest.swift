import Foundation

/// A call to the Graph API, read once: path without version, and query and body together as Graph reads them.
struct GraphRequest: Sendable {
    let method: String
    let path: [String]
    let rawPath: String
    let parameters: [String: JSON]
    let bearer: String?
    let upload: Upload

    /// - Parameters: the path still holds the version, the body is JSON or a form as `contentType` says; nil when it was too long.
    init(method: String, path: String, query: String, bearer: String?, contentType: String, body: Data?) {
        let parts = path.split(separator: "/").map { $0.removingPercentEncoding ?? String($0) }
        var parameters = Self.form(query)
        var upload: Upload = body == nil ? .tooLarge : .missing
        if let body, contentType.lowercased().hasPrefix("multipart/") {
            if let form = MultipartForm(body, contentType: contentType) {
                parameters.merge(form.fields.mapValues(JSON.string)) { _, fromBody in fromBody }
                upload = form.file("file").map(Upload.file) ?? .missing
            } else {
                upload = .broken
            }
        } else if let body, contentType.contains("json") {
            parameters.merge(JSON.parse(body)?.members ?? [:]) { _, fromBody in fromBody }
        } else if let body, contentType.contains("form-urlencoded") {
            parameters.merge(Self.form(String(decoding: body, as: UTF8.self))) { _, fromBody in fromBody }
        }
        self.method = method
        self.rawPath = path
        self.path = parts.first.map(Self.isVersion) == true ? Array(parts.dropFirst()) : parts
        self.parameters = parameters
        self.bearer = bearer ?? parameters["access_token"]?.string
        self.upload = upload
    }

    func text(_ name: String) -> String? { parameters[name]?.text }

    /// The `fields` parameter cut at commas outside braces and parentheses: "id,events{a,b}" asks for two.
    var fields: [String]? {
        guard let list = text("fields") else { return nil }
        var fields = [""]
        var depth = 0
        for character in list {
            if "{(".contains(character) { depth += 1 }
            if character == ",", depth == 0 { fields.append("") } else if depth == 0 { fields[fields.count - 1].append(character) }
            if "})".contains(character) { depth -= 1 }
        }
        return fields.map { String($0.prefix { !"{(".contains($0) }).trimmingCharacters(in: .whitespaces) }
    }

    static func form(_ text: String) -> [String: JSON] {
        var values: [String: JSON] = [:]
        for pair in text.split(separator: "&") {
            let halves = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map { half in
                half.replacing("+", with: " ").removingPercentEncoding ?? String(half)
            }
            values[halves[0]] = .string(halves.count > 1 ? halves[1] : "")
        }
        return values
    }

    private static func isVersion(_ part: String) -> Bool {
        let numbers = part.dropFirst().split(separator: ".")
        return part.hasPrefix("v") && numbers.count == 2 && numbers.allSatisfy { Int($0) != nil }
    }
}

/// The file that came with a form, or why there is none.
enum Upload: Sendable {
    case file(ReceivedFile)
    case missing, broken, tooLarge
}

/// What goes back to the caller.
enum GraphOutcome: Sendable {
    case answer(status: Int, body: String, isJSON: Bool)
    /// The connection is closed without a word.
    case hangUp
}
