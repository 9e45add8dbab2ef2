import Foundation
import Hummingbird
import Messaging
import NIOCore
import WhatsAppCloudAPI

/// The longest body of most API calls, in bytes.
let longestBody = 1_048_576
/// The longest list of contacts, in bytes: a thousand rows with room.
let longestContactList = 4 * 1_048_576

extension Request {
    /// The body's bytes. Throws `Refusal` with 413 when they are more than `limit`; what is announced as too long is not read at all.
    func bytes(upTo limit: Int) async throws -> ByteBuffer {
        if let announced = headers[.contentLength].flatMap({ Int($0) }), announced > limit { throw Refusal.tooLarge(limit: limit) }
        do {
            return try await body.collect(upTo: limit)
        } catch is NIOTooManyBytesError {
            throw Refusal.tooLarge(limit: limit)
        }
    }

    /// Reads the body's JSON. Throws `DecodingError` (400 with the field's name) or `Refusal`.
    func json<Question: Decodable>(_ type: Question.Type = Question.self, upTo limit: Int = longestBody) async throws -> Question {
        let data = Data(try await bytes(upTo: limit).readableBytesView)
        guard data.range(of: Data(#"\u0000"#.utf8)) == nil else {
            throw Refusal.badRequest("The body holds U+0000, which no text here can hold. Leave it out.")
        }
        return try JSONDecoder.lenientAboutTimes.decode(type, from: data)
    }

    /// Reads the body's JSON, if there is a body.
    func jsonIfAny<Question: Decodable>(_ type: Question.Type = Question.self) async throws -> Question? {
        let data = Data(try await bytes(upTo: longestBody).readableBytesView)
        return data.isEmpty || isForm ? nil : try JSONDecoder.lenientAboutTimes.decode(type, from: data)
    }

    /// A whole number in the query. Throws `Refusal` when it is none or out of range.
    func number(_ name: String, in range: ClosedRange<Int>, default standard: Int) throws -> Int {
        guard let text = uri.queryParameters[Substring(name)] else { return standard }
        guard let number = Int(text), range.contains(number) else {
            throw Refusal.badRequest("\(name) must be a whole number from \(range.lowerBound) to \(range.upperBound).", field: name)
        }
        return number
    }

    /// Where a list goes on. Throws `Refusal` for anything that we did not give out.
    func cursor() throws -> Cursor? {
        guard let text = uri.queryParameters["cursor"], !text.isEmpty else { return nil }
        guard let cursor = Cursor(String(text)) else {
            throw Refusal.badRequest("cursor must be the `next` of the list before.", field: "cursor")
        }
        return cursor
    }

    /// A text in the query; nil when it is missing or empty.
    func query(_ name: String, longest: Int = 500) throws -> String? {
        guard let text = uri.queryParameters[Substring(name)], !text.isEmpty else { return nil }
        guard text.utf8.count <= longest, !text.utf8.contains(0) else { throw Refusal.badRequest("\(name) is not right.", field: name) }
        return String(text)
    }
}

extension RequestContext {
    /// An ID in the path. What cannot be one is simply not found.
    func id<Subject>(_ name: String, of subject: Subject.Type = Subject.self) throws -> Identifier<Subject> {
        guard let text = parameters.get(name), text.utf8.count <= 200, !text.utf8.contains(0) else { throw NotFound() }
        return Identifier(text)
    }
}

extension JSONDecoder {
    /// Takes times with and without fractions of a second, and nothing else.
    static var lenientAboutTimes: JSONDecoder {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .custom { decoder in
            let container = try decoder.singleValueContainer()
            let text = try container.decode(String.self)
            if let date = (try? Date(text, strategy: .iso8601)) ?? (try? Date(text, strategy: .iso8601Milliseconds)) { return date }
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "write a time as 2026-11-23T09:30:00Z")
        }
        return decoder
    }
}

extension ParseStrategy where Self == Date.ISO8601FormatStyle {
    static var iso8601Milliseconds: Date.ISO8601FormatStyle { Date.ISO8601FormatStyle(includingFractionalSeconds: true) }
}
