import Foundation

/// The bytes of all media, each once, under their SHA-256: as files beside the state file, in memory when there is none.
struct Archive: Sendable {
    private let folder: URL?
    private var memory: [Data: Data] = [:]

    init(beside stateFile: URL?) {
        folder = stateFile?.appendingPathExtension("media")
    }

    mutating func keep(_ bytes: Data, as digest: Data) throws {
        guard let folder else {
            memory[digest] = bytes
            return
        }
        let file = Self.file(digest, in: folder)
        guard !FileManager.default.fileExists(atPath: file.path) else { return }
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try bytes.write(to: file, options: .atomic)
    }

    func bytes(_ digest: Data) -> Data? {
        guard let folder else { return memory[digest] }
        return try? Data(contentsOf: Self.file(digest, in: folder))
    }

    mutating func forget(_ digests: [Data]) {
        for digest in digests {
            memory[digest] = nil
            if let folder { try? FileManager.default.removeItem(at: Self.file(digest, in: folder)) }
        }
    }

    /// Bytes that belong to no file go: after a reset, and at the start those that an earlier end left behind.
    mutating func keepOnly(_ digests: Set<Data>) {
        memory = memory.filter { digests.contains($0.key) }
        guard let folder else { return }
        let wanted = Set(digests.map { Signature.hex($0) })
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        for name in names where name.count == 64 && !wanted.contains(name) {
            try? FileManager.default.removeItem(at: folder.appending(path: name))
        }
    }

    private static func file(_ digest: Data, in folder: URL) -> URL { folder.appending(path: Signature.hex(digest)) }
}
