import Foundation
import Messaging
import Testing

@testable import MessagingWeb

@Suite struct SettingsTests {
    private static let enough = [
        "META_APP_ID": "1", "META_APP_SECRET": "new-secret, old-secret", "META_CONFIG_ID": "2", "WEBHOOK_VERIFY_TOKEN": "w",
        "TOKEN_KEYS": TokenKeys.newKey(id: "k1"), "AUTH_JWT_SECRET": String(repeating: "s", count: 32),
    ]

    @Test("What is not said has the contract's defaults")
    func defaults() throws {
        let settings = try Settings(Self.enough)

        #expect(settings.database.text == "sqlite:data/zenrent.sqlite")
        #expect(settings.ledger.text == "sqlite:data/zenrent.ledger.sqlite")
        #expect(settings.graphVersion == "v25.0")
        #expect(settings.adminPort == nil)
        #expect(settings.createsLandlords)
        #expect(settings.appSecrets == ["new-secret", "old-secret"])
        #expect(settings.mediaStore == .folder("data/media"))
    }

    @Test("Files are kept in Amazon's storage unless another endpoint is told, below the prefix")
    func filesInS3() throws {
        let key = ["S3_ACCESS_KEY_ID": "AKIA1", "S3_SECRET_ACCESS_KEY": "s3-secret/+\"\\"]
        let frankfurt = ["MEDIA_STORE": "s3://media", "S3_REGION": "eu-central-1"]
        let own = ["MEDIA_STORE": "s3://media/zenrent/files/", "S3_ENDPOINT": "http://storage:9000/", "MEDIA_CACHE": "/var/cache/zenrent"]

        let amazon = try Settings(Self.enough.merging(key) { $1 }.merging(frankfurt) { $1 })
        let other = try Settings(Self.enough.merging(key) { $1 }.merging(own) { $1 })

        guard case .s3(let atAmazon, let cache) = amazon.mediaStore, case .s3(let elsewhere, let told) = other.mediaStore else {
            Issue.record("Files are not kept in S3: \(amazon.mediaStore), \(other.mediaStore)")
            return
        }
        #expect(atAmazon.endpoint == "https://s3.eu-central-1.amazonaws.com" && atAmazon.region == "eu-central-1")
        #expect(atAmazon.name == "media" && atAmazon.prefix.isEmpty && cache.contains("zenrent-media"))
        #expect(elsewhere.endpoint == "http://storage:9000" && elsewhere.region == "us-east-1")
        #expect(elsewhere.name == "media" && elsewhere.prefix == "zenrent/files" && told == "/var/cache/zenrent")
    }

    @Test("Everything that is wrong with S3 is told at once; commands that keep no files need no key")
    func s3Problems() throws {
        let bare = ["MEDIA_STORE": "s3://media"]
        let wrong = bare.merging([
            "S3_ENDPOINT": "ftp://x", "S3_REGION": "Frankfurt am Main", "S3_ACCESS_KEY_ID": "a:b", "S3_SECRET_ACCESS_KEY": "two words",
        ]) { $1 }

        let missing = #expect(throws: SettingsRefused.self) { try Settings(Self.enough.merging(bare) { $1 }) }
        let refused = #expect(throws: SettingsRefused.self) { try Settings(Self.enough.merging(wrong) { $1 }) }

        #expect(missing?.problems.count == 2)
        for name in ["S3_ACCESS_KEY_ID", "S3_SECRET_ACCESS_KEY"] { #expect(missing?.description.contains("\(name) is missing") == true) }
        #expect(refused?.problems.count == 4)
        for name in wrong.keys where name != "MEDIA_STORE" { #expect(refused?.description.contains(name) == true) }
        #expect(refused?.description.contains("two words") == false)
        #expect(throws: Never.self) { try Settings(bare, for: .storage) }
    }

    @Test(
        "A place of files that S3 or the disk could not have is refused",
        arguments: ["s3://", "s3://Media", "s3://media/a b", "s3://media/../x", "s3://media//x", "file:"])
    func badPlaces(place: String) {
        let refused = #expect(throws: SettingsRefused.self) { try Settings(Self.enough.merging(["MEDIA_STORE": place]) { $1 }) }

        #expect(refused?.problems.count == 1)
        #expect(refused?.description.contains("MEDIA_STORE") == true)
    }

    @Test("Push services are the browsers' own unless others are named; lists of unanswered messages go nowhere unless somebody asks")
    func notifications() throws {
        let plain = try Settings(Self.enough)
        let own = try Settings(
            Self.enough.merging([
                "PUSH_HOSTS": "*.push.example.com, http://127.0.0.1:9000", "PUSH_CONTACT": "mailto:operators@example.com",
                "DIGEST_WEBHOOK_URL": "https://app.example.com/hooks", "DIGEST_WEBHOOK_SECRET": "sixteen-characters", "DIGEST_AFTER": "45m",
            ]) { $1 })

        #expect(plain.pushHosts == .usual && plain.pushContact == nil && plain.digest == nil)
        #expect(own.pushHosts == PushHosts(["*.push.example.com", "http://127.0.0.1:9000"]))
        #expect(own.digest == DigestSetting(address: "https://app.example.com/hooks", secret: "sixteen-characters", after: 2_700))
        #expect(!"\(String(reflecting: own.digest))".contains("sixteen"))
    }

    @Test(
        "What cannot be a push service or a receiver of lists is refused by its variable's name",
        arguments: [
            ["PUSH_HOSTS": "http://push.example.com"], ["PUSH_HOSTS": "10.0.0.1"], ["PUSH_HOSTS": "*"], ["PUSH_HOSTS": "push"],
            ["PUSH_CONTACT": "operators"], ["DIGEST_AFTER": "soon"], ["DIGEST_AFTER": "30d"],
            ["DIGEST_WEBHOOK_SECRET": "sixteen-characters"],
            ["DIGEST_WEBHOOK_URL": "https://app.example.com/hooks"],
            ["DIGEST_WEBHOOK_SECRET": "short", "DIGEST_WEBHOOK_URL": "https://app.example.com/hooks"],
        ])
    func badNotifications(wrong: [String: String]) {
        let refused = #expect(throws: SettingsRefused.self) { try Settings(Self.enough.merging(wrong) { $1 }) }

        #expect(refused?.problems.count == 1)
        #expect(
            refused?.problems.first?.contains(wrong.keys.contains { $0.hasPrefix("DIGEST_W") } ? "DIGEST_WEBHOOK" : wrong.keys.first ?? "-")
                == true)
    }

    @Test("On PostgreSQL ledger and data are one database")
    func ledgerOnPostgres() throws {
        let settings = try Settings(Self.enough.merging(["DATABASE_URL": "postgres://u:p@h/d"]) { $1 })

        #expect(settings.ledger == settings.database)
    }

    @Test("Every problem is told at once, by the name of its variable")
    func allProblemsAtOnce() throws {
        let wrong = [
            "DATABASE_URL": "mysql://x", "PORT": "99999", "PUBLIC_URL": "ftp://x", "META_GRAPH_VERSION": "25", "TOKEN_KEYS": "k1:short",
            "AUTH_JWT_SECRET": "short", "AUTH_CREATE_LANDLORDS": "perhaps", "ALLOWED_ORIGINS": "https://a.example/path",
            "MEDIA_STORE": "cloud", "LOG_LEVEL": "loud", "ADMIN_HOST": "0.0.0.0", "ADMIN_PORT": "9000",
        ]
        let named = [
            "DATABASE_URL", "PORT", "PUBLIC_URL", "META_GRAPH_VERSION", "TOKEN_KEYS", "AUTH_JWT_SECRET", "AUTH_CREATE_LANDLORDS",
            "ALLOWED_ORIGINS", "MEDIA_STORE", "LOG_LEVEL", "OPERATOR_TOKEN", "META_APP_ID", "META_APP_SECRET", "META_CONFIG_ID",
            "WEBHOOK_VERIFY_TOKEN",
        ]

        let refused = #expect(throws: SettingsRefused.self) { try Settings(wrong) }

        let problems = try #require(refused).problems
        #expect(problems.count == named.count)
        for name in named { #expect(problems.contains { $0.contains(name) }, "\(name) is not named") }
    }

    @Test("A problem never repeats a secret, and neither do the settings themselves")
    func secretsStaySecret() throws {
        let refused = #expect(throws: SettingsRefused.self) {
            try Settings(Self.enough.merging(["TOKEN_KEYS": "k1:c2VjcmV0LWtleQ==", "AUTH_JWT_SECRET": "hunter2"]) { $1 })
        }
        let s3 = ["MEDIA_STORE": "s3://media", "S3_ACCESS_KEY_ID": "AKIA-secret", "S3_SECRET_ACCESS_KEY": "s3-secret"]
        let settings = try Settings(Self.enough.merging(s3) { $1 }), store = settings.mediaStore
        var dumped = ""
        dump(settings, to: &dumped)
        dump(store, to: &dumped)

        #expect(refused?.description.contains("hunter2") == false)
        #expect(refused?.description.contains("c2VjcmV0") == false)
        #expect(!"\(settings)\(String(reflecting: settings))\(store)\(String(reflecting: store))\(dumped)".contains("secret"))
    }

    @Test("A command asks only for what it uses")
    func purposes() throws {
        #expect(throws: Never.self) { try Settings([:], for: .storage) }
        #expect(throws: Never.self) { try Settings(["AUTH_JWT_SECRET": String(repeating: "s", count: 32)], for: .tokens) }
        #expect(throws: SettingsRefused.self) { try Settings([:], for: .tokens) }
    }

    @Test("A file of settings takes comments and quotes, and names the lines it cannot read")
    func configFile() throws {
        let values = try ConfigFile.parse("# a comment\n\nPORT=9\nMETA_APP_SECRET=\"a=b\"\nHOST='::1'\n")
        let refused = #expect(throws: SettingsRefused.self) { try ConfigFile.parse("PORT=1\nwhat is this\nPATH WITH=2\n") }

        #expect(values == ["PORT": "9", "META_APP_SECRET": "a=b", "HOST": "::1"])
        #expect(refused?.problems.count == 2)
        #expect(refused?.problems.first?.contains("Line 2") == true)
    }

    @Test(
        "Only this machine's own names are loopback",
        arguments: [
            ("localhost", true), ("127.0.0.1", true), ("127.9.9.9", true), ("[::1]", true), ("::1", true), ("127.evil.com", false),
            ("0.0.0.0", false), ("10.0.0.1", false), ("localhost.evil.com", false), ("", false),
        ])
    func loopback(host: String, isLocal: Bool) {
        #expect(isLoopback(host) == isLocal)
    }
}
