import Foundation
import Logging
import Messaging
import SQLDatabase
import WhatsAppCloudAPI

extension Settings {
    /// Reads the settings from environment variables. An empty variable counts as missing.
    /// - Throws: `SettingsRefused` with every problem at once; secrets are not part of its words.
    public init(_ environment: [String: String], for purpose: Purpose = .server) throws(SettingsRefused) {
        var reader = SettingsReader(environment)
        let whole = purpose == .server
        database = reader.database()
        ledger = database.ledgerBeside
        host = reader.text("HOST") ?? "127.0.0.1"
        port = reader.port("PORT") ?? 8080
        publicURL = reader.address("PUBLIC_URL")
        adminHost = reader.text("ADMIN_HOST") ?? "127.0.0.1"
        adminPort = reader.port("ADMIN_PORT")
        operatorToken = reader.text("OPERATOR_TOKEN")
        appID = AppID(rawValue: reader.needed("META_APP_ID", if: whole, "It is the number of your app at developers.facebook.com."))
        appSecrets = reader.list("META_APP_SECRET", needed: whole, "It stands in the app's basic settings at Meta; it signs every webhook.")
        configID = reader.needed("META_CONFIG_ID", if: whole, "It is the Facebook Login for Business configuration of Embedded Signup.")
        systemUserToken = reader.text("META_SYSTEM_USER_TOKEN").map { AccessToken($0) }
        graphVersion = reader.graphVersion()
        graphURL = reader.address("META_GRAPH_URL") ?? "https://graph.facebook.com"
        mediaHosts = reader.mediaHosts(graphURL: graphURL)
        sdkURL = reader.address("META_SDK_URL") ?? "https://connect.facebook.net/en_US/sdk.js"
        webhookVerifyToken = reader.needed(
            "WEBHOOK_VERIFY_TOKEN", if: whole, "Invent one and enter the same at Meta beside the webhook's address.")
        tokenKeys = reader.tokenKeys(needed: whole)
        jwtSecret = reader.jwtSecret(needed: purpose == .tokens)
        jwksURL = reader.address("AUTH_JWKS_URL")
        jwksFile = reader.text("AUTH_JWKS_FILE")
        jwtIssuer = reader.text("AUTH_JWT_ISSUER")
        jwtAudience = reader.text("AUTH_JWT_AUDIENCE")
        createsLandlords = reader.yesOrNo("AUTH_CREATE_LANDLORDS") ?? true
        allowedOrigins = reader.origins("ALLOWED_ORIGINS")
        mediaStore = reader.mediaStore(needed: whole)
        pushHosts = reader.pushHosts()
        pushContact = reader.pushContact()
        digest = reader.digest()
        logLevel = reader.logLevel()
        if whole { reader.checkSignIn(adminHost: adminHost) }
        guard reader.problems.isEmpty else { throw SettingsRefused(problems: reader.problems) }
    }
}

extension DatabaseURL {
    /// The ledger of a SQLite database is a file of its own, so that storing webhooks never waits for another writer.
    fileprivate var ledgerBeside: DatabaseURL {
        guard dialect == .sqlite else { return self }
        let path = text.dropFirst("sqlite:".count)
        let ledger = path.hasSuffix(".sqlite") ? path.dropLast(".sqlite".count) + ".ledger.sqlite" : path + ".ledger"
        return (try? DatabaseURL("sqlite:\(ledger)")) ?? self
    }
}

/// Reads variables one by one and gathers what is wrong with them.
struct SettingsReader {
    private let environment: [String: String]
    var problems: [String] = []

    init(_ environment: [String: String]) {
        self.environment = environment
    }

    func text(_ name: String) -> String? {
        let value = environment[name]?.trimmingCharacters(in: .whitespacesAndNewlines)
        return value?.isEmpty == false ? value : nil
    }

    mutating func needed(_ name: String, if isNeeded: Bool, _ hint: String) -> String {
        if let value = text(name) { return value }
        if isNeeded { problems.append("\(name) is missing. \(hint)") }
        return ""
    }

    mutating func list(_ name: String, needed: Bool = false, _ hint: String = "") -> [String] {
        let items = (text(name) ?? "").split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
        if items.isEmpty, needed { problems.append("\(name) is missing. \(hint)") }
        return items
    }

    mutating func port(_ name: String) -> Int? {
        guard let text = text(name) else { return nil }
        if let number = Int(text), (0...65_535).contains(number) { return number }
        problems.append("\(name) must be a port number from 0 to 65535.")
        return nil
    }

    /// An http or https address, without a slash at its end.
    mutating func address(_ name: String) -> String? {
        guard let text = text(name) else { return nil }
        guard let url = URL(string: text), url.scheme == "http" || url.scheme == "https", url.host?.isEmpty == false, url.user == nil else {
            problems.append("\(name) must be an address that begins with https:// or http://.")
            return nil
        }
        return text.hasSuffix("/") ? String(text.dropLast()) : text
    }

    mutating func database() -> DatabaseURL {
        let text = text("DATABASE_URL") ?? "sqlite:data/zenrent.sqlite"
        if let url = try? DatabaseURL(text) { return url }
        problems.append("DATABASE_URL must be sqlite:PATH (a file) or postgres://….")
        return Self.fallback
    }

    mutating func graphVersion() -> String {
        let version = text("META_GRAPH_VERSION") ?? "v25.0"
        if version.wholeMatch(of: /v\d{1,3}\.\d/) == nil { problems.append("META_GRAPH_VERSION must look like v25.0.") }
        return version
    }

    mutating func tokenKeys(needed: Bool) -> TokenKeys? {
        guard let text = text("TOKEN_KEYS") else {
            if needed {
                problems.append(
                    "TOKEN_KEYS is missing: without a key no landlord's token can be kept safe. "
                        + "Make one with: echo \"k1:$(openssl rand -base64 32)\""
                )
            }
            return nil
        }
        do {
            return try TokenKeys(text)
        } catch {
            problems.append("\(error)")
            return nil
        }
    }

    mutating func jwtSecret(needed: Bool) -> String? {
        guard let secret = text("AUTH_JWT_SECRET") else {
            if needed { problems.append("AUTH_JWT_SECRET is missing. It is the secret that signs the platform's sign-in tokens.") }
            return nil
        }
        if secret.utf8.count < 16 { problems.append("AUTH_JWT_SECRET must have at least 16 characters; a shorter one can be guessed.") }
        return secret
    }

    mutating func yesOrNo(_ name: String) -> Bool? {
        guard let text = text(name)?.lowercased() else { return nil }
        if ["yes", "true", "1", "on"].contains(text) { return true }
        if ["no", "false", "0", "off"].contains(text) { return false }
        problems.append("\(name) must be yes or no.")
        return nil
    }

    mutating func origins(_ name: String) -> [String] {
        list(name).map { origin in
            let plain = origin.hasSuffix("/") ? String(origin.dropLast()) : origin
            if Origin(of: plain)?.text != plain {
                problems.append("\(name) must hold origins such as https://app.example.com, without a path.")
            }
            return plain
        }
    }

    /// The simulator hands out its files itself, under another name of this machine.
    mutating func mediaHosts(graphURL: String) -> [String] {
        let named = list("META_MEDIA_HOSTS")
        if !named.isEmpty { return named }
        return URL(string: graphURL)?.host() == "127.0.0.1" ? ["localhost"] : ["lookaside.fbsbx.com"]
    }

    mutating func logLevel() -> Logger.Level {
        let word = text("LOG_LEVEL") ?? "info"
        if let level = Logger.Level(rawValue: word.lowercased()) { return level }
        let words = Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")
        problems.append("LOG_LEVEL must be one of \(words).")
        return .info
    }

    /// What only makes sense together.
    mutating func checkSignIn(adminHost: String) {
        if ["AUTH_JWT_SECRET", "AUTH_JWKS_URL", "AUTH_JWKS_FILE"].allSatisfy({ text($0) == nil }) {
            problems.append(
                "AUTH_JWT_SECRET, AUTH_JWKS_URL or AUTH_JWKS_FILE is missing: one of them must say which sign-in tokens are the platform's."
            )
        }
        if text("ADMIN_PORT") != nil, !isLoopback(adminHost), text("OPERATOR_TOKEN") == nil {
            problems.append("OPERATOR_TOKEN is missing: it is needed when ADMIN_HOST can be reached from other machines.")
        }
    }

    private static let fallback = {
        // This text is a SQLite URL by its own form, so the initializer takes it.
        guard let url = try? DatabaseURL("sqlite:data/zenrent.sqlite") else {
            preconditionFailure("The default database URL is malformed.")
        }
        return url
    }()
}

/// Whether a host or an address is this machine itself.
func isLoopback(_ host: String) -> Bool {
    let name = host.lowercased().trimmingCharacters(in: CharacterSet(charactersIn: "[]"))
    let bytes = name.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
    return name == "localhost" || name == "::1" || name == "::ffff:127.0.0.1"
        || (bytes.count == 4 && bytes[0] == 127 && !bytes.contains(nil))
}
