import Foundation
import Synchronization

/// Files of a store elsewhere that are on this machine as well. The room is bounded: what nobody has asked for the longest goes first. When
/// that was is written on the file itself, so that it outlives the process. All functions wait for the disk.
final class MediaCache: Sendable {
    /// So long after asking somebody may still be reading.
    static let reading: TimeInterval = 600

    private let root: URL
    private let room: Int
    private let clock: @Sendable () -> Date
    /// Bytes of all files. Locked while one is found and marked, since it must not go in between.
    private let held = Mutex(0)

    /// For files on their way: on the same disk, so that one that has come whole only gets another name.
    var incoming: URL { folder("incoming") }

    /// - Throws: what keeps the folder from being used.
    init(_ root: URL, room: Int, clock: @escaping @Sendable () -> Date) throws {
        self.root = root
        self.room = room
        self.clock = clock
        try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        // In a folder for temporary files anybody may have been there before us.
        var found = stat()
        guard lstat(root.path, &found) == 0, found.st_mode & S_IFMT == S_IFDIR, found.st_uid == geteuid(), found.st_mode & 0o022 == 0 else {
            throw CacheRefused(path: root.path)
        }
        try openIncoming(incoming, now: clock())
        held.withLock { $0 = files().reduce(0) { $0 + $1.bytes } }
    }

    /// The file, if it is here.
    func find(_ key: MediaKey) -> URL? {
        let home = home(of: key)
        return held.withLock { _ in
            guard FileManager.default.fileExists(atPath: home.path) else { return nil }
            mark(home)
            return home
        }
    }

    /// Lets a file go that is kept nowhere any more.
    func forget(_ key: MediaKey) {
        let home = home(of: key), bytes = CachedFile(home)?.bytes ?? 0
        held.withLock { if unlink(home.path) == 0 { $0 -= bytes } }
    }

    /// Takes in a file of `incoming` that has come whole.
    func take(_ file: URL, as key: MediaKey) throws -> URL {
        let home = home(of: key), bytes = CachedFile(file)?.bytes ?? 0
        try held.withLock { held in
            mark(file)
            guard rename(file.path, home.path) == 0 else { throw DiskRefused(path: home.path, code: errno) }
            held += bytes
            if held > room { held = tidied() }
        }
        return home
    }

    // A tenth more than needed goes, so that a full cache is not looked through for every file.
    private func tidied() -> Int {
        let unread = clock() - Self.reading, files = files()
        var held = files.reduce(0) { $0 + $1.bytes }
        for file in files.sorted(by: { $0.asked < $1.asked }) {
            guard held > room - room / 10, file.asked < unread else { break }
            guard (try? FileManager.default.removeItem(at: file.url)) != nil else { continue }
            held -= file.bytes
        }
        return held
    }

    private func mark(_ file: URL) {
        try? FileManager.default.setAttributes([.modificationDate: clock()], ofItemAtPath: file.path)
    }

    private func files() -> [CachedFile] {
        let found = try? FileManager.default.contentsOfDirectory(at: folder("files"), includingPropertiesForKeys: Array(CachedFile.keys))
        return (found ?? []).compactMap { CachedFile($0) }
    }

    private func home(of key: MediaKey) -> URL {
        folder("files").appending(path: key.path.replacing("/", with: "-"))
    }

    // Whoever empties temporary folders may have taken it away.
    private func folder(_ name: String) -> URL {
        let folder = root.appending(path: name)
        try? FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        return folder
    }
}

private struct CachedFile {
    static var keys: Set<URLResourceKey> { [.contentModificationDateKey, .fileSizeKey] }

    let url: URL
    /// When somebody asked for it last.
    let asked: Date
    let bytes: Int

    init?(_ url: URL) {
        guard let values = try? url.resourceValues(forKeys: Self.keys), let asked = values.contentModificationDate,
            let bytes = values.fileSize
        else { return nil }
        self.url = url
        self.asked = asked
        self.bytes = bytes
    }
}

/// The cache's folder may be somebody else's.
struct CacheRefused: Error, CustomStringConvertible {
    let path: String
    var description: String {
        "\(path) cannot be the cache of files: it must be a folder (no link) of the user who runs the server, and nobody else may write to it. "
            + "Choose another one: MEDIA_CACHE"
    }
}
