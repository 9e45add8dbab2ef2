import Crypto
import Foundation
import Synchronization
import WhatsAppCloudAPI

/// Keeps files in a bucket of S3-compatible storage, for installations of several machines. What is read comes through a cache.
public final class S3Store: MediaStore {
    private let transfer: S3Transfer
    private let cache: MediaCache
    private let arrivals = Mutex<[MediaKey: Task<URL, any Error>]>([:])

    public var incoming: URL { cache.incoming }

    /// Makes the cache's folder if need be; does not ask the bucket yet.
    /// - Parameters:
    ///   - cache: a folder of this machine.
    ///   - room: bytes that the cache may have.
    /// - Throws: what keeps the folder from being used; that `curl` is missing.
    public init(
        _ bucket: S3Bucket, cache: URL, room: Int = 1 << 30, tools: Toolbox = Toolbox(), clock: @escaping @Sendable () -> Date = { Date() }
    ) throws {
        guard tools.path(of: "curl") != nil else { throw ToolMissing(tool: "curl") }
        transfer = S3Transfer(bucket: bucket, tools: tools)
        self.cache = try MediaCache(cache, room: room, clock: clock)
    }

    public func keep(_ file: URL, as key: MediaKey) async throws {
        // A preview is named after what it shows.
        let digest: String = if key.part == .content { key.digest } else { try await onDisk { try sha256(of: file) } }
        try await transfer.put(file, as: key, digest: digest)
        try await onDisk { try FileManager.default.removeItem(at: file) }
    }

    public func file(_ key: MediaKey) async throws -> URL {
        let arrival = arrival(of: key)
        // A stream, unlike a task, lets whoever is cancelled stop waiting, so that no download holds up a shutdown.
        let (outcomes, outcome) = AsyncStream.makeStream(of: Result<URL, any Error>.self)
        Task { outcome.yield(await arrival.result) }
        for await arrived in outcomes { return try arrived.get() }
        throw CancellationError()
    }

    public func forget(_ key: MediaKey) async throws {
        try await transfer.delete(key)
        let cache = cache
        try await onDisk { cache.forget(key) }
    }

    // Who asks for what is on its way waits for the same download. It goes on when they stop waiting: somebody will ask again.
    private func arrival(of key: MediaKey) -> Task<URL, any Error> {
        arrivals.withLock { arrivals in
            if let arrival = arrivals[key] { return arrival }
            let arrival = Task<URL, any Error> {
                defer { self.arrivals.withLock { $0[key] = nil } }
                return try await self.fetch(key)
            }
            arrivals[key] = arrival
            return arrival
        }
    }

    private func fetch(_ key: MediaKey) async throws -> URL {
        let cache = cache
        if let here = try await onDisk({ cache.find(key) }) { return here }
        let file = cache.incoming.appending(path: UUID().uuidString.lowercased())
        defer { try? FileManager.default.removeItem(at: file) }
        try await transfer.get(key, into: file)
        return try await onDisk {
            if key.part == .content, try sha256(of: file) != key.digest { throw MediaChanged(path: key.path) }
            return try cache.take(file, as: key)
        }
    }
}

/// A file in the bucket is not the one that was kept.
struct MediaChanged: Error, CustomStringConvertible {
    let path: String
    var description: String { "The file \(path) in MEDIA_STORE is not what was kept there. Bring it back from a backup." }
}

/// In hexadecimal digits.
private func sha256(of file: URL) throws -> String {
    let handle = try FileHandle(forReadingFrom: file)
    defer { try? handle.close() }
    var hash = SHA256()
    while let piece = try handle.read(upToCount: 1 << 20), !piece.isEmpty { hash.update(data: piece) }
    return MediaDigest(hash.finalize()).hexadecimal
}
