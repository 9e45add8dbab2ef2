import Foundation

/// A form that carries files, as browsers and HTTP clients send it (multipart/form-data, RFC 7578). Contents are bytes and stay bytes.
struct MultipartForm: Sendable {
    struct Part: Sendable {
        let name: String
        let filename: String?
        let contentType: String?
        let bytes: Data
    }

    /// A field is words; only files are long.
    private static let longestField = 64 * 1_024

    private let parts: [Part]

    /// Nil when it is no such form, when it is cut off, or when it has more parts or longer headers than any form of ours.
    init?(_ body: Data, contentType: String) {
        let type = HeaderValue(contentType)
        guard type.value == "multipart/form-data", let boundary = type.parameters["boundary"], (1...70).contains(boundary.utf8.count) else {
            return nil
        }
        var reader = MultipartReader(body, boundary: boundary)
        guard let parts = reader.parts() else { return nil }
        self.parts = parts
    }

    /// The parts that are not files, as text; the first of a name counts.
    var fields: [String: String] {
        let texts = parts.filter { $0.filename == nil && $0.bytes.count <= Self.longestField }
        return Dictionary(texts.map { ($0.name, String(decoding: $0.bytes, as: UTF8.self)) }, uniquingKeysWith: { first, _ in first })
    }

    func file(_ name: String) -> ReceivedFile? {
        parts.first { $0.name == name && $0.filename != nil }
            .map { ReceivedFile($0.bytes, mimeType: $0.contentType, filename: $0.filename) }
    }
}

/// Goes through a body from delimiter to delimiter.
private struct MultipartReader {
    private static let mostParts = 32, longestHead = 8_192

    private let body: Data
    /// Stands before every part and, followed by two hyphens, at the end.
    private let delimiter: Data
    private var position = 0

    init(_ body: Data, boundary: String) {
        self.body = body
        delimiter = Data("\r\n--\(boundary)".utf8)
    }

    mutating func parts() -> [MultipartForm.Part]? {
        // The first delimiter has no line before it, unless there is a preamble.
        guard take(delimiter.dropFirst(2)) || takeContents() != nil else { return nil }
        var parts: [MultipartForm.Part] = []
        while !take(Data("--".utf8)) {
            guard parts.count < Self.mostParts, takeLineEnd(), let part = takePart() else { return nil }
            parts.append(part)
        }
        return parts
    }

    private mutating func takePart() -> MultipartForm.Part? {
        guard let end = next(Data("\r\n\r\n".utf8), within: Self.longestHead) else { return nil }
        let head = String(decoding: body[position..<end.lowerBound], as: UTF8.self)
        position = end.upperBound
        let headers = Self.headers(head)
        guard let disposition = headers["content-disposition"].map({ HeaderValue($0) }), disposition.value == "form-data",
            let name = disposition.parameters["name"], let bytes = takeContents()
        else { return nil }
        return MultipartForm.Part(
            name: name, filename: disposition.parameters["filename"], contentType: headers["content-type"], bytes: bytes)
    }

    private static func headers(_ head: String) -> [String: String] {
        var headers: [String: String] = [:]
        for line in head.components(separatedBy: "\r\n") {
            let halves = line.split(separator: ":", maxSplits: 1)
            guard halves.count == 2 else { continue }
            headers[halves[0].trimmingCharacters(in: .whitespaces).lowercased()] = halves[1].trimmingCharacters(in: .whitespaces)
        }
        return headers
    }

    /// What stands before the next delimiter, which is passed.
    private mutating func takeContents() -> Data? {
        guard let end = next(delimiter, within: body.count) else { return nil }
        let contents = body.subdata(in: position..<end.lowerBound)
        position = end.upperBound
        return contents
    }

    private func next(_ bytes: Data, within length: Int) -> Range<Int>? {
        let end = min(body.count, position + length)
        return position + bytes.count <= end ? body.range(of: bytes, in: position..<end) : nil
    }

    /// Blanks may stand between a boundary and the end of its line.
    private mutating func takeLineEnd() -> Bool {
        while position < body.count, body[position] == UInt8(ascii: " ") || body[position] == UInt8(ascii: "\t") { position += 1 }
        return take(Data("\r\n".utf8))
    }

    private mutating func take(_ bytes: Data) -> Bool {
        guard body[position...].starts(with: bytes) else { return false }
        position += bytes.count
        return true
    }
}
