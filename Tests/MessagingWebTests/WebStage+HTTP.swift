import AsyncHTTPClient
import Crypto
import Foundation
import NIOCore
import NIOHTTP1
import TestSupport
import Testing
import WhatsAppCloudAPI

@testable import MessagingWeb

/// An answer as a program sees it.
struct Answer: Sendable {
    let status: Int
    let headers: HTTPHeaders
    let text: String

    var json: JSONValue { (try? JSONDecoder().decode(JSONValue.self, from: Data(text.utf8))) ?? .null }
    var items: [JSONValue] { json["items"]?.array ?? [] }
    var code: String? { json["error"]?["code"]?.string }
    /// The session that the answer sets, as a `Cookie` header.
    var cookie: String? { headers["Set-Cookie"].first.map { String($0.prefix { $0 != ";" }) } }
}

// One client for all tests, alive as long as they are; redirects are answers too.
private let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: .init(redirectConfiguration: .disallow))

extension WebStage {
    /// Asks the public address. `token` is a sign-in token; `json` and `form` are bodies.
    func ask(
        _ method: String, _ path: String, token: String? = nil, headers: [String: String] = [:], json: String? = nil, form: String? = nil
    ) async throws -> Answer {
        var headers = headers
        if let token { headers["Authorization"] = "Bearer \(token)" }
        if json != nil { headers["Content-Type"] = "application/json" }
        if form != nil { headers["Content-Type"] = "application/x-www-form-urlencoded" }
        return try await request(method, "http://127.0.0.1:\(port)\(path)", headers: headers, body: Array((json ?? form ?? "").utf8))
    }

    /// Asks the pretend Meta's controls.
    @discardableResult
    func control(_ method: String, _ path: String, json: String) async throws -> JSONValue {
        let port = try #require(simulatorPort)
        let answer = try await request(
            method, "http://127.0.0.1:\(port)/simulator/\(path)", headers: ["Content-Type": "application/json"], body: Array(json.utf8))
        #expect(answer.status == 200, "\(answer.text)")
        return answer.json
    }

    /// Delivers a body as Meta would, signed unless told otherwise.
    func deliver(_ body: [UInt8], signature: String?? = nil) async throws -> Answer {
        var headers = ["Content-Type": "application/json"]
        headers["X-Hub-Signature-256"] = signature ?? Self.signature(of: body)
        return try await request("POST", "http://127.0.0.1:\(port)/webhook/whatsapp", headers: headers, body: body)
    }

    static func signature(of body: [UInt8], secret: String = appSecret) -> String {
        let code = HMAC<SHA256>.authenticationCode(for: body, using: SymmetricKey(data: Data(secret.utf8)))
        return "sha256=" + code.map { String(format: "%02x", $0) }.joined()
    }

    func request(_ method: String, _ url: String, headers: [String: String] = [:], body: [UInt8] = []) async throws -> Answer {
        var request = HTTPClientRequest(url: url)
        request.method = .init(rawValue: method)
        for (name, value) in headers { request.headers.replaceOrAdd(name: name, value: value) }
        if !body.isEmpty { request.body = .bytes(body) }
        let response = try await client.execute(request, timeout: .seconds(20))
        let text = String(buffer: try await response.body.collect(upTo: 8 << 20))
        return Answer(status: Int(response.status.code), headers: response.headers, text: text)
    }

    /// Reads server-sent events until `isEnough` says so.
    func events(
        _ path: String, token: String, lastEventID: String? = nil, headers: [String: String] = [:],
        until isEnough: @Sendable (String) -> Bool
    ) async throws -> String {
        var request = HTTPClientRequest(url: "http://127.0.0.1:\(port)\(path)")
        request.headers.add(name: "Authorization", value: "Bearer \(token)")
        for (name, value) in headers { request.headers.add(name: name, value: value) }
        if let lastEventID { request.headers.add(name: "Last-Event-ID", value: lastEventID) }
        let response = try await client.execute(request, timeout: .seconds(20))
        var text = ""
        for try await part in response.body {
            text += String(buffer: part)
            if isEnough(text) { break }
        }
        return text
    }
}

extension WebStage {
    /// Connects Brandt Lettings' number for Olga, through the pretend popup and our API.
    func connectOlga() async throws {
        let signUp = try await control("POST", "signups", json: #"{"business":"Brandt Lettings"}"#)
        let token = try await token(of: "olga")
        let begun = try await ask("POST", "/api/whatsapp/onboard", token: token, json: signUp.text)
        #expect(begun.status == 202)
        let id = try #require(begun.json["id"]?.string)
        _ = try await eventually("Olga's number is connected") {
            let answer = try await ask("GET", "/api/whatsapp/onboard/\(id)", token: token).json
            return answer["status"]?.string == "done" ? true : nil
        }
    }

    /// Brings Nadia and Tom in for Olga.
    func syncTenants() async throws {
        let rows = #"""
            [{"externalId":"t-nadia","name":"Nadia Rahman","phone":"07700 900118","property":"12 Elm Road","unit":"Flat 4B",
              "optIn":{"source":"tenancy agreement","at":"2026-09-01T10:00:00Z"}},
             {"externalId":"t-tom","name":"Tom Okafor","phone":"+447700900123","property":"12 Elm Road","unit":"Flat 1C",
              "optIn":{"source":"tenancy agreement","at":"2026-09-01T10:00:00Z"}}]
            """#
        let answer = try await ask("PUT", "/api/whatsapp/contacts", token: token(of: "olga"), json: rows)
        #expect(answer.items.map { $0["outcome"]?.string } == ["created", "created"])
    }

    /// Nadia writes from her phone; answers the conversation once her words are in it.
    func nadiaSays(_ words: String) async throws -> JSONValue {
        let body = JSONValue.object(["phoneNumberId": "109000000000001", "type": "text", "text": ["body": .string(words)]]).text
        try await control("POST", "phones/nadia/messages", json: body)
        return try await eventually("Nadia's words are in Olga's inbox") {
            let list = try await ask("GET", "/api/whatsapp/conversations?tenantId=t-nadia", token: token(of: "olga")).items
            return list.first { $0["lastMessage"]?["body"]?.string == words }
        }
    }
}
