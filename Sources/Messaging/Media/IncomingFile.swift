import Crypto
import Foundation
import Synchronization
import WhatsAppCloudAPI

/// A file while it comes in: written piece by piece, counted and digested on the way.
final class IncomingFile: Sendable {
    private struct State {
        var hash = SHA256()
        var head: [UInt8] = []
        var bytes = 0
    }

    let url: URL
    private let handle: FileHandle
    private let state = Mutex(State())

    /// Its first bytes, which tell its type.
    var head: [UInt8] { state.withLock { $0.head } }
    var bytes: Int { state.withLock { $0.bytes } }

    init(in folder: URL) throws {
        url = folder.appending(path: UUID().uuidString.lowercased())
        guard FileManager.default.createFile(atPath: url.path, contents: nil, attributes: [.posixPermissions: 0o600]) else {
            throw DiskRefused(path: url.path, code: errno)
        }
        handle = try FileHandle(forWritingTo: url)
    }

    func append(_ piece: some Collection<UInt8> & Sendable) throws {
        let data = Data(piece)
        try handle.write(contentsOf: data)
        state.withLock { state in
            state.hash.update(data: data)
            if state.head.count < FileType.headLength { state.head += data.prefix(FileType.headLength - state.head.count) }
            state.bytes += data.count
        }
    }

    /// Nothing more comes.
    func finish() throws -> MediaDigest {
        try handle.close()
        return state.withLock { MediaDigest($0.hash.finalize()) }
    }

    /// Takes the file away, unless the store has it by now.
    func discard() {
        try? handle.close()
        try? FileManager.default.removeItem(at: url)
    }
}
