import Foundation
import TestSupport
import Testing

@testable import Messaging

@Suite("The cache of files that are kept elsewhere")
struct MediaCacheTests {
    @Test("Its room is bounded: what nobody has asked for the longest goes first")
    func bounded() async throws {
        try await withTemporaryFolder { folder in
            let clock = TestClock()
            let cache = try MediaCache(folder.appending(path: "cache"), room: 1_000, clock: { clock.now })
            for name in ["kitchen", "cellar", "lease"] {
                try cache.take(name, bytes: 300)
                clock.advance(by: 1_200)
            }
            _ = cache.find(.named("kitchen"))
            clock.advance(by: 1_200)

            try cache.take("tap", bytes: 300)

            let left = ["kitchen", "cellar", "lease", "tap"].filter { cache.find(.named($0)) != nil }
            #expect(left == ["kitchen", "lease", "tap"])
        }
    }

    @Test("What somebody asked for in the last ten minutes stays, however full it is")
    func beingRead() async throws {
        try await withTemporaryFolder { folder in
            let clock = TestClock()
            let cache = try MediaCache(folder.appending(path: "cache"), room: 500, clock: { clock.now })
            try cache.take("kitchen", bytes: 400)
            clock.advance(by: 500)

            try cache.take("cellar", bytes: 400)
            let early = cache.path(of: "kitchen")
            clock.advance(by: 200)
            try cache.take("lease", bytes: 400)

            #expect(early != nil)
            #expect(cache.path(of: "kitchen") == nil)
            #expect(cache.path(of: "cellar") != nil && cache.path(of: "lease") != nil)
        }
    }

    @Test("After a restart what was there is found, and counts")
    func restart() async throws {
        try await withTemporaryFolder { folder in
            let clock = TestClock(), root = folder.appending(path: "cache")
            try MediaCache(root, room: 500, clock: { clock.now }).take("kitchen", bytes: 400)

            let restarted = try MediaCache(root, room: 500, clock: { clock.now })
            let found = restarted.find(.named("kitchen"))
            clock.advance(by: 1_200)
            try restarted.take("cellar", bytes: 400)

            #expect(found != nil)
            #expect(restarted.find(.named("kitchen")) == nil)
        }
    }

    @Test("Nobody else can look into it, and a folder that is a link or open to others is refused")
    func ownFolder() async throws {
        try await withTemporaryFolder { folder in
            let files = FileManager.default
            let own = folder.appending(path: "own"), open = folder.appending(path: "open"), link = folder.appending(path: "link")
            _ = try MediaCache(own, room: 1, clock: { Date() })
            try files.createDirectory(at: open, withIntermediateDirectories: true)
            try files.setAttributes([.posixPermissions: 0o777], ofItemAtPath: open.path)
            try files.createSymbolicLink(at: link, withDestinationURL: own)

            #expect(try files.attributesOfItem(atPath: own.path)[.posixPermissions] as? Int == 0o700)
            let refused = #expect(throws: CacheRefused.self) { try MediaCache(open, room: 1, clock: { Date() }) }
            #expect(refused?.description.contains("MEDIA_CACHE") == true)
            #expect(throws: CacheRefused.self) { try MediaCache(link, room: 1, clock: { Date() }) }
        }
    }
}

extension MediaCache {
    fileprivate func take(_ name: String, bytes: Int) throws {
        let file = incoming.appending(path: name)
        try Data(repeating: 0, count: bytes).write(to: file)
        _ = try take(file, as: .named(name))
    }

    /// Looks without asking for it.
    fileprivate func path(of name: String) -> String? {
        let folder = incoming.deletingLastPathComponent().appending(path: "files")
        let names = try? FileManager.default.contentsOfDirectory(atPath: folder.path)
        return names?.first { $0.hasSuffix(MediaKey.named(name).digest) }
    }
}

extension MediaKey {
    fileprivate static func named(_ name: String) -> MediaKey { MediaKey(World.olga, digest: secretHash(name)) }
}
