import Foundation
import Testing
import WhatsAppCloudAPI

@testable import MessagingWeb

/// The program itself, as people start it.
@Suite struct CommandTests {
    @Test("Without settings the server says everything that is missing, listens on nothing and exits with 78")
    func missingSettings() async throws {
        let program = try Program(["serve"], in: FileManager.default.temporaryDirectory)

        let (status, output) = await program.ended()

        #expect(status == 78)
        for name in ["META_APP_ID", "META_APP_SECRET", "WEBHOOK_VERIFY_TOKEN", "TOKEN_KEYS", "AUTH_JWT_SECRET"] {
            #expect(output.contains(name))
        }
        #expect(!output.contains("ready"))
    }

    @Test("The demo needs nothing, keeps its secrets to itself, ends when told and comes back with what it had")
    func demo() async throws {
        try await inTemporaryFolder { folder in
            let first = try await Demo.start(in: folder)
            let mode =
                try FileManager.default.attributesOfItem(atPath: folder.appending(path: "d/demo.env").path)[.posixPermissions] as? Int
            let token = try await first.token()
            let patched = try await first.ask("PUT", "/api/whatsapp/contacts", token, #"[{"externalId":"new","name":"Newcomer"}]"#)
            let (status, _) = await first.program.stopped()

            let second = try await Demo.start(in: folder)
            let found = try await second.ask("GET", "/api/whatsapp/contacts?search=newcomer", token)
            let tenants = try await second.ask("GET", "/api/whatsapp/contacts?limit=500", token)
            _ = await second.program.stopped()

            #expect(mode == 0o600)
            #expect(patched["items"]?.array?.first?["outcome"]?.string == "created")
            #expect(status == 0)
            #expect(found["items"]?.array?.count == 1)
            #expect(tenants["items"]?.array?.count == 16)
        }
    }

    @Test("A message answered with 200 is there after the process was killed the very next moment")
    func killed() async throws {
        try await inTemporaryFolder { folder in
            let demo = try await Demo.start(in: folder)
            let secret = try #require(try ConfigFile.read(folder.appending(path: "d/demo.env").path)["META_APP_SECRET"])
            let body = Array(#"{"object":"whatsapp_business_account","entry":["#.utf8)

            let status = try await demo.deliver(body, secret: secret)
            await demo.program.killed()

            #expect(status == 200)
            let again = try Program(["ledger", "status", "--json", "--config", "d/demo.env"], in: folder)
            let stored = try JSONDecoder().decode(JSONValue.self, from: Data(await again.ended().output.utf8))
            #expect((stored["waiting"]?.integer ?? 0) + (stored["setAside"]?.integer ?? 0) == 1)
        }
    }

    @Test("The demo leaves a database alone that it did not create, and a folder that it did not make")
    func foreignDatabase() async throws {
        try await inTemporaryFolder { folder in
            let made = try Program(["migrate"], in: folder, ["DATABASE_URL": "sqlite:own.sqlite"])
            #expect(await made.ended().status == 0)
            try await foreignLandlord(in: folder.appending(path: "own.sqlite"))
            let arguments = ["demo", "--port", "0", "--simulator-port", "0"]

            let database = try Program(arguments + ["--data", "d"], in: folder, ["DATABASE_URL": "sqlite:own.sqlite"])
            let place = try Program(arguments + ["--data", ".", "--fresh"], in: folder)
            let (databaseEnd, placeEnd) = (await database.ended(), await place.ended())

            #expect(databaseEnd.status != 0 && databaseEnd.output.contains("did not create this database"))
            #expect(placeEnd.status != 0 && placeEnd.output.contains("not made by the demo"))
            #expect(FileManager.default.fileExists(atPath: folder.appending(path: "own.sqlite").path))
        }
    }

    @Test("Tenants come in from a file; each rejected row is told with its line, and the exit code says so")
    func importing() async throws {
        try await inTemporaryFolder { folder in
            let demo = try await Demo.start(in: folder)
            let text = "\u{FEFF}externalId,name,phone\r\nz-1,\"Osei, Ruth\",07700 900777\r\nz-2,Bad,12\r\n"
            try Data(text.utf8).write(to: folder.appending(path: "tenants.csv"))

            let imported = try Program(["contacts", "import", "tenants.csv", "--landlord", "olga", "--config", "d/demo.env"], in: folder)
            let unknown = try Program(["contacts", "import", "tenants.csv", "--landlord", "nobody", "--config", "d/demo.env"], in: folder)
            let (ended, refused) = (await imported.ended(), await unknown.ended())
            let found = try await demo.ask("GET", "/api/whatsapp/contacts?search=osei", demo.token())
            _ = await demo.program.stopped()

            #expect(ended.status == 1)
            #expect(ended.output.contains("line 3 (z-2)") && ended.output.contains("created 1"))
            #expect(found["items"]?.array?.first?["phone"]?.string == "+447700900777")
            #expect(refused.status != 0)
        }
    }

    private func foreignLandlord(in file: URL) async throws {
        let settings = try Settings(["DATABASE_URL": "sqlite:\(file.path)"], for: .storage)
        try await withMessaging(settings, logger: quietLogger) { product in
            _ = try await product.landlords.create(landlord: .init("somebody"), name: "Somebody", owner: .init("somebody"))
        }
    }

    private func inTemporaryFolder(_ body: (URL) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "zenrent-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try await body(folder)
    }
}
