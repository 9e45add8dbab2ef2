import AsyncHTTPClient
import Foundation
import JWTKit
import Logging
import NIOCore
import WhatsAppCloudAPI

/// The platform's public keys, by name. Keys rotate: an unknown name fetches the list again, at most once a minute, and so does a list
/// that is ten minutes old, so that a withdrawn key stops counting.
actor PublicKeys {
    enum Source: Sendable {
        case url(String)
        case file(String)
    }

    static let shortestPause: TimeInterval = 60
    static let freshness: TimeInterval = 600

    private let source: Source
    private let httpClient: HTTPClient
    private let clock: @Sendable () -> Date
    private let logger: Logger
    private var keys: [PublicKey] = []
    private var fetchedAt: Date?
    private var triedAt: Date?
    private var fetching: Task<[PublicKey], any Error>?

    init(_ source: Source, httpClient: HTTPClient, clock: @escaping @Sendable () -> Date, logger: Logger) {
        self.source = source
        self.httpClient = httpClient
        self.clock = clock
        self.logger = logger
    }

    /// The one key that a token may be checked with. Throws `SignInRefused`; `Refusal` (503) while no list could ever be fetched.
    func key(named name: String?, algorithm: String) async throws -> JWTKeyCollection {
        let isStale = fetchedAt.map { clock().timeIntervalSince($0) > Self.freshness } ?? true
        if isStale || find(name) == nil { await refresh() }
        guard fetchedAt != nil else {
            throw Refusal.unavailable("The platform's sign-in keys cannot be fetched at this moment. Try again.", retryAfter: 5)
        }
        guard let key = find(name) else { throw SignInRefused(hint: "Its key (kid) is not one of the platform's.") }
        guard key.allows(algorithm) else { throw SignInRefused(hint: "Its algorithm does not belong to its key.") }
        let collection = JWTKeyCollection()
        try await collection.add(jwk: key.jwk, isDefault: true)
        return collection
    }

    // A token without a name can only mean the only key there is.
    private func find(_ name: String?) -> PublicKey? {
        guard let name else { return keys.count == 1 ? keys[0] : nil }
        return keys.first { $0.jwk.keyIdentifier?.string == name }
    }

    private func refresh() async {
        if let fetching {
            _ = try? await fetching.value
            return
        }
        if let triedAt, clock().timeIntervalSince(triedAt) < Self.shortestPause { return }
        triedAt = clock()
        let task = Task { try await fetch() }
        fetching = task
        do {
            keys = try await task.value
            fetchedAt = clock()
        } catch {
            logger.error("The platform's sign-in keys could not be fetched", metadata: ["error": "\(error)"])
        }
        fetching = nil
        // Without any list yet, the next request may try at once.
        if fetchedAt == nil { triedAt = nil }
    }

    private func fetch() async throws -> [PublicKey] {
        switch source {
        case .file(let path): return try PublicKey.list(Data(contentsOf: URL(filePath: path)))
        case .url(let url):
            let response = try await httpClient.execute(HTTPClientRequest(url: url), timeout: .seconds(5))
            guard response.status == .ok else { throw PublicKeysUnreadable(reason: "the answer was \(response.status.code)") }
            return try PublicKey.list(Data(try await response.body.collect(upTo: 1_048_576).readableBytesView))
        }
    }
}

struct PublicKeysUnreadable: Error {
    let reason: String
}

/// One public key and what it may be used for.
struct PublicKey: Sendable {
    let jwk: JWK

    /// Reads a JWK set; keys of unknown kinds, for encryption, or without a name are passed over.
    static func list(_ json: Data) throws -> [PublicKey] {
        let set = try JSONDecoder().decode(JSONValue.self, from: json)
        guard let keys = set["keys"]?.array else { throw PublicKeysUnreadable(reason: "it is no JWK set") }
        return keys.compactMap { key in
            guard key["use"]?.string != "enc", key["kty"]?.string != "oct" else { return nil }
            var named = key.object ?? [:]
            if named["kid"] == nil { named["kid"] = "only" }
            return (try? JWK(json: JSONValue.object(named).text)).map(PublicKey.init)
        }
    }

    func allows(_ algorithm: String) -> Bool {
        guard JWK.Algorithm(rawValue: algorithm) != nil else { return false }
        if let own = jwk.algorithm { return own.rawValue == algorithm }
        switch jwk.keyType {
        case .rsa: return ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"].contains(algorithm)
        case .ecdsa: return algorithm == ["P-256": "ES256", "P-384": "ES384", "P-521": "ES512"][jwk.curve?.rawValue ?? ""]
        case .octetKeyPair: return algorithm == "EdDSA"
        default: return false
        }
    }
}
