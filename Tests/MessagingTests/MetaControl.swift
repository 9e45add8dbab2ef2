import AsyncHTTPClient
import Foundation
import MetaSimulator
import NIOCore
import WhatsAppCloudAPI

@testable import Messaging

/// The simulator's control routes, in the words of a test.
struct MetaControl: Sendable {
    let url: String
    let simulator: Simulator

    func signUp(business: String = "Brandt Lettings") async throws -> SignupResult {
        let answer = try await post("signups", ["business": .string(business)])
        return SignupResult(
            code: answer["code"]?.string ?? "", wabaId: answer["wabaId"]?.string, phoneNumberId: answer["phoneNumberId"]?.string,
            businessId: answer["businessId"]?.string, event: "FINISH")
    }

    /// A tenant writes from their phone. Answers the wamid.
    @discardableResult
    func says(_ person: String, _ text: String, to number: PhoneNumberID = World.olgasNumber) async throws -> String {
        try await says(person, ["type": "text", "text": ["body": .string(text)]], to: number)
    }

    @discardableResult
    func says(_ person: String, _ message: [String: JSONValue], to number: PhoneNumberID = World.olgasNumber) async throws -> String {
        var body = message
        body["phoneNumberId"] = .string(number.rawValue)
        return try await post("phones/\(person)/messages", .object(body))["wamid"]?.string ?? ""
    }

    /// A tenant sends a file. Answers the wamid.
    @discardableResult
    func sends(
        _ person: String, _ type: String, _ bytes: Data, _ object: [String: JSONValue], to number: PhoneNumberID = World.olgasNumber
    ) async throws -> String {
        let file = object.merging(["file": .string(bytes.base64EncodedString())]) { $1 }
        return try await says(person, ["type": .string(type), type: .object(file)], to: number)
    }

    func opens(_ person: String, number: PhoneNumberID = World.olgasNumber) async throws {
        try await post("phones/\(person)/open", ["phoneNumberId": .string(number.rawValue)])
    }

    /// Everything that a phone knows, oldest first.
    func shown(on person: String) async throws -> [JSONValue] {
        try await call("GET", "phones/\(person)/messages", nil)["items"]?.array ?? []
    }

    /// What a phone has received, oldest first.
    func received(by person: String) async throws -> [JSONValue] {
        try await shown(on: person).filter { $0["direction"]?.string == "in" && $0["status"]?.string != "failed" }
    }

    func fault(_ kind: String, _ more: [String: JSONValue] = [:]) async throws {
        try await post("faults", .object(more.merging(["kind": .string(kind)]) { $1 }))
    }

    /// Takes a fault away.
    func mend(_ kind: String) async throws {
        _ = try await call("DELETE", "faults/\(kind)", nil)
    }

    func requests() async throws -> [JSONValue] {
        try await call("GET", "requests", nil)["items"]?.array ?? []
    }

    @discardableResult
    func post(_ path: String, _ body: JSONValue) async throws -> JSONValue {
        try await call("POST", path, body)
    }

    private func call(_ method: String, _ path: String, _ body: JSONValue?) async throws -> JSONValue {
        var request = HTTPClientRequest(url: "\(url)/simulator/\(path)")
        request.method = .init(rawValue: method)
        if let body {
            request.headers.add(name: "Content-Type", value: "application/json")
            request.body = .bytes(ByteBuffer(bytes: try JSONEncoder().encode(body)))
        }
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(10))
        let bytes = try await response.body.collect(upTo: 8 * 1_024 * 1_024)
        guard (200..<300).contains(Int(response.status.code)) else { throw ControlRefused(answer: String(buffer: bytes)) }
        return try JSONDecoder().decode(JSONValue.self, from: Data(buffer: bytes))
    }
}

struct ControlRefused: Error {
    let answer: String
}
