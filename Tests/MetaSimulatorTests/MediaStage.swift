import AsyncHTTPClient
import Foundation
import NIOCore
import Testing

@testable import MetaSimulator

extension Stage {
    /// An answer whose body may be anything.
    struct Bytes: Sendable {
        let status: Int
        let headers: [String: String]
        let bytes: Data
    }

    /// Fetches an address as a program with a name does, unless `agent` is nil.
    func fetch(_ url: String, token: String? = nil, agent: String? = "tests/1") async throws -> Bytes {
        var request = HTTPClientRequest(url: url)
        if let token { request.headers.add(name: "Authorization", value: "Bearer " + token) }
        if let agent { request.headers.add(name: "User-Agent", value: agent) }
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(20))
        let body = try await response.body.collect(upTo: 64 << 20)
        let headers = Dictionary(response.headers.map { ($0.name.lowercased(), $0.value) }, uniquingKeysWith: { first, _ in first })
        return Bytes(status: Int(response.status.code), headers: headers, bytes: Data(body.readableBytesView))
    }

    func upload(
        _ bytes: Data, type: String, name: String = "file", to number: String = brandt.number, as token: String
    ) async throws -> Answer {
        let form = TestForm().field("messaging_product", "whatsapp").field("type", type).file(name, type, bytes)
        return try await upload(form.sent, to: number, as: token)
    }

    func upload(_ body: HTTPClientRequest.Body, to number: String = brandt.number, as token: String) async throws -> Answer {
        try await post(body, "/v25.0/\(number)/media?appsecret_proof=\(hmac(token, key: secret))", token: token)
    }

    /// Uploads what must be taken; answers its ID.
    func uploaded(_ bytes: Data, type: String, to number: String = brandt.number, as token: String) async throws -> String {
        let answer = try await upload(bytes, type: type, to: number, as: token)
        return try #require(answer.json["id"]?.string, "\(answer.text)")
    }

    func post(
        _ body: HTTPClientRequest.Body, _ path: String, token: String? = nil, contentType: String = TestForm.contentType
    ) async throws -> Answer {
        var request = HTTPClientRequest(url: base + path)
        request.method = .POST
        request.headers.add(name: "Content-Type", value: contentType)
        request.headers.add(name: "Origin", value: base)
        if let token { request.headers.add(name: "Authorization", value: "Bearer " + token) }
        request.body = body
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(50))
        let text = String(buffer: try await response.body.collect(upTo: 4 << 20))
        return Answer(status: Int(response.status.code), text: text, location: response.headers.first(name: "Location"))
    }

    /// A person sends a file; answers the webhook's object.
    func sends(
        _ type: String, _ object: JSON, _ bytes: Data, as person: String = "nadia"
    ) async throws -> (post: Receiver.Post, object: JSON) {
        var said = object
        said["file"] = .string(bytes.base64EncodedString())
        let body: JSON = .object(["phoneNumberId": .string(brandt.number), "type": .string(type), type: said])
        let wamid = try await control("phones/\(person)/messages", body)["wamid"]
        let matches: @Sendable (Receiver.Post) -> Bool = { $0.messages.contains { $0["id"] == wamid } }
        let posts = await receiver.arrived { $0.contains(where: matches) }
        let post = try #require(posts.first(where: matches))
        return (post, try #require(post.messages.first?[type]))
    }

    func send(_ type: String, _ object: JSON, context: String? = nil, data: String? = nil, as token: String) async throws -> Answer {
        var body: JSON = ["messaging_product": "whatsapp", "to": "+447700900118", "type": .string(type)]
        body[type] = object
        body["context"] = context.map { .object(["message_id": .string($0)]) }
        body["biz_opaque_callback_data"] = data.map(JSON.string)
        return try await graph(.POST, brandt.number + "/messages", body, as: token)
    }
}

/// A multipart form, written without the simulator's own code.
struct TestForm: Sendable {
    static let contentType = "multipart/form-data; boundary=zenrent-tests"
    private var parts = Data()

    var body: Data { parts + Data("--zenrent-tests--\r\n".utf8) }
    var sent: HTTPClientRequest.Body { .bytes(ByteBuffer(bytes: body)) }

    func field(_ name: String, _ value: String) -> TestForm {
        adding("Content-Disposition: form-data; name=\"\(name)\"", Data(value.utf8))
    }

    func file(_ name: String, _ type: String, _ bytes: Data) -> TestForm {
        adding("Content-Disposition: form-data; name=\"file\"; filename=\"\(name)\"\r\nContent-Type: \(type)", bytes)
    }

    private func adding(_ head: String, _ bytes: Data) -> TestForm {
        var form = self
        form.parts.append(Data("--zenrent-tests\r\n\(head)\r\n\r\n".utf8))
        form.parts.append(bytes)
        form.parts.append(Data("\r\n".utf8))
        return form
    }
}

/// So many megabytes, one after the other.
struct Megabytes: AsyncSequence, Sendable {
    struct Iterator: AsyncIteratorProtocol {
        let one = ByteBuffer(repeating: 0, count: 1 << 20)
        var left: Int

        mutating func next() async -> ByteBuffer? {
            left -= 1
            return left >= 0 ? one : nil
        }
    }

    let count: Int

    func makeAsyncIterator() -> Iterator { Iterator(left: count) }
}

/// Bytes that a text reader would stumble over: zeros, line ends, hyphens, high bytes.
let photo: Data = {
    var bytes = Data((0..<5_000).map { UInt8($0 * 7 % 256) })
    bytes.append(Data("\r\n--zenrent\r\n\r\n--".utf8))
    return bytes
}()
