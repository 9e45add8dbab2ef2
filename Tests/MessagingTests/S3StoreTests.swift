import Foundation
import Hummingbird
import ServiceLifecycle
import Synchronization
import TestSupport
import Testing

@testable import Messaging

@Suite("Files in S3-compatible storage")
struct S3StoreTests {
    @Test("What is kept goes to the landlord's folder of the bucket, and leaves this machine only then")
    func keeping() async throws {
        try await withBucket { store, bucket in
            let key = MediaKey(World.olga, digest: secretHash("A photo"))
            let preview = MediaKey(World.olga, digest: key.digest, part: .preview)
            let photo = try store.incomes("A photo"), small = try store.incomes("A small one")
            bucket.refuses(with: 503)

            await #expect(throws: S3Refused.self) { try await store.keep(photo, as: key) }
            #expect(FileManager.default.fileExists(atPath: photo.path))
            bucket.takesAgain()
            try await store.keep(photo, as: key)
            try await store.keep(small, as: preview)

            #expect(bucket.objects["/media/files/\(key.path)"] == Data("A photo".utf8))
            #expect(bucket.objects["/media/files/\(preview.path)"] == Data("A small one".utf8))
            #expect(try FileManager.default.contentsOfDirectory(atPath: store.incoming.path).isEmpty)
        }
    }

    @Test("Whoever asks for a file while it is on its way waits for the same download")
    func sharedDownload() async throws {
        try await withBucket { store, bucket in
            let key = MediaKey(World.olga, digest: secretHash("A photo"))
            try await store.keep(store.incomes("A photo"), as: key)

            let files = try await withThrowingTaskGroup(of: URL.self) { group in
                for _ in 0..<20 { group.addTask { try await store.file(key) } }
                return try await group.reduce(into: Set<URL>()) { $0.insert($1) }
            }

            #expect(files.count == 1 && bucket.downloads == 1)
            let file = try #require(files.first)
            #expect(try String(contentsOf: file, encoding: .utf8) == "A photo")
        }
    }

    @Test("What is forgotten is gone from the bucket and from this machine, and may be forgotten twice")
    func forgetting() async throws {
        try await withBucket { store, bucket in
            let key = MediaKey(World.olga, digest: secretHash("A copy"), part: .export)
            try await store.keep(store.incomes("A copy"), as: key)
            let file = try await store.file(key)

            try await store.forget(key)
            try await store.forget(key)

            #expect(bucket.objects.isEmpty && !FileManager.default.fileExists(atPath: file.path))
            await #expect(throws: MediaMissing.self) { try await store.file(key) }
        }
    }

    @Test("A file that is missing or changed in the bucket is told as that; brought back, it is there")
    func missingAndChanged() async throws {
        try await withBucket { store, bucket in
            let key = MediaKey(World.olga, digest: secretHash("A photo")), path = "/media/files/\(key.path)"

            await #expect(throws: MediaMissing.self) { try await store.file(key) }
            bucket.holds("Another photo", at: path)
            await #expect(throws: MediaChanged.self) { try await store.file(key) }
            bucket.holds("A photo", at: path)
            let file = try await store.file(key)

            #expect(try String(contentsOf: file, encoding: .utf8) == "A photo")
            #expect(try FileManager.default.contentsOfDirectory(atPath: store.incoming.path).isEmpty)
        }
    }

    @Test(
        "What S3 refuses is told with what to do about it",
        arguments: [
            (403, "SignatureDoesNotMatch", "S3_SECRET_ACCESS_KEY"), (403, "RequestTimeTooSkewed", "clock"),
            (404, "NoSuchBucket", "MEDIA_STORE"), (301, "PermanentRedirect", "S3_REGION"), (503, "SlowDown", "again"),
        ])
    func remedies(status: Int, code: String, remedy: String) {
        let words = S3Refused(status: status, code: code).description

        #expect(words.contains("\(status) \(code)") && words.contains(remedy))
    }

    @Test("The bucket's key is in no words and on no command line, only on the standard input of curl")
    func secrecy() throws {
        let bucket = S3Bucket(
            endpoint: "https://s3.example", region: "eu-central-1", name: "media", prefix: "files", accessKeyID: "AKIAOLGA",
            secretAccessKey: "se\"cret\\key")
        let line = S3Transfer(bucket: bucket, tools: Toolbox())
            .arguments(for: MediaKey(World.olga, digest: "d1"), digest: "d2", answerIn: URL(fileURLWithPath: "/answer"))
        var dumped = ""
        dump(bucket, to: &dumped)

        #expect(line.contains("aws:amz:eu-central-1:s3"))
        #expect(line.last?.hasPrefix("https://s3.example/media/files/") == true)
        let told = "\(bucket) \(String(reflecting: bucket)) \(dumped) \(line)"
        #expect(!told.contains("AKIAOLGA") && !told.contains("cret"))
        #expect(bucket.credentials == "user = \"AKIAOLGA:se\\\"cret\\\\key\"\n")
    }

    @Test("Without the program curl the store does not open, and names the Debian package")
    func missingProgram() async throws {
        try await withTemporaryFolder { folder in
            let refused = #expect(throws: ToolMissing.self) {
                try S3Store(.on(port: 1), cache: folder.appending(path: "cache"), tools: Toolbox(folders: [folder.path]))
            }

            #expect(refused?.description.contains("apt-get install curl") == true)
        }
    }
}

private func withBucket(_ body: (S3Store, Objects) async throws -> Void) async throws {
    let objects = Objects()
    try await running([objects]) {
        let port = await objects.port()
        try await withTemporaryFolder { folder in
            try await body(try S3Store(.on(port: port), cache: folder.appending(path: "cache")), objects)
        }
    }
}

extension S3Bucket {
    fileprivate static func on(port: Int) -> S3Bucket {
        S3Bucket(
            endpoint: "http://127.0.0.1:\(port)", region: "us-east-1", name: "media", prefix: "files", accessKeyID: "key",
            secretAccessKey: "secret")
    }
}

extension S3Store {
    /// A file that has come in.
    fileprivate func incomes(_ words: String) throws -> URL {
        let file = incoming.appending(path: UUID().uuidString)
        try Data(words.utf8).write(to: file)
        return file
    }
}

/// A bucket as S3 hands it out. It believes every signature; a journey has an S3 that does not.
private final class Objects: Service {
    private let kept = Mutex<[String: Data]>([:])
    private let refusal = Mutex<Int?>(nil)
    private let got = Mutex(0)
    private let ports = AsyncStream<Int>.makeStream()

    var objects: [String: Data] { kept.withLock { $0 } }
    var downloads: Int { got.withLock { $0 } }

    func holds(_ words: String, at path: String) { kept.withLock { $0[path] = Data(words.utf8) } }
    func refuses(with status: Int) { refusal.withLock { $0 = status } }
    func takesAgain() { refusal.withLock { $0 = nil } }

    func run() async throws {
        let router = Router()
        router.get("**") { request, _ -> Response in
            guard let object = self.objects[request.uri.path] else { return Response(status: .notFound) }
            self.got.withLock { $0 += 1 }
            return Response(status: .ok, body: .init(byteBuffer: ByteBuffer(bytes: object)))
        }
        router.put("**") { request, _ -> Response in
            if let status = self.refusal.withLock({ $0 }) { return Response(status: .init(code: status)) }
            let body = try await request.body.collect(upTo: 1 << 20)
            self.kept.withLock { $0[request.uri.path] = Data(body.readableBytesView) }
            return Response(status: .ok)
        }
        router.delete("**") { request, _ -> Response in
            let was = self.kept.withLock { $0.removeValue(forKey: request.uri.path) }
            return Response(status: was == nil ? .notFound : .noContent)
        }
        let continuation = ports.continuation
        let app = Application(
            router: router, configuration: .init(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { continuation.yield($0.localAddress?.port ?? 0) }, logger: quietLogger)
        try await app.run()
    }

    func port() async -> Int {
        for await port in ports.stream { return port }
        return 0
    }
}
