import Crypto
import Foundation

/// Where files are kept: once by their content, each landlord's apart from all others'. A file is never changed once it is there.
public protocol MediaStore: Sendable {
    /// A folder for files that are on their way in, from where keeping is cheap.
    var incoming: URL { get }

    /// Keeps a file of `incoming` for good and takes it away from there. It survives a power cut once this returns. Keeping the same content
    /// again changes nothing.
    func keep(_ file: URL, as key: MediaKey) async throws

    /// The file on this machine. It stays there for as long as somebody can need it after asking.
    /// - Throws: `MediaMissing` when it is not kept.
    func file(_ key: MediaKey) async throws -> URL

    /// Forgets a file. One that is not there is forgotten already.
    func forget(_ key: MediaKey) async throws
}

/// The name of a file in the store.
public struct MediaKey: Hashable, Sendable {
    /// A file, a small picture of it, or a copy of a conversation, which is kept for some days only and never shares its place with a file.
    public enum Part: String, Sendable { case content, preview, export }

    let landlord: Landlord.ID
    /// SHA-256 of the content in hexadecimal digits.
    let digest: String
    let part: Part

    init(_ landlord: Landlord.ID, digest: String, part: Part = .content) {
        self.landlord = landlord
        self.digest = digest
        self.part = part
    }

    /// A path without anything that somebody else chose: a landlord's ID may hold any character.
    var path: String {
        let owner = secretHash(landlord.rawValue).prefix(32)
        return "\(owner.prefix(2))/\(owner)/\(digest)" + (part == .content ? "" : ".\(part.rawValue)")
    }
}

/// A file that should be in the store is not there.
public struct MediaMissing: Error, CustomStringConvertible {
    let path: String
    public var description: String {
        "The file \(path) is missing from MEDIA_STORE. Check that all processes use the same one, or bring it back from a backup."
    }
}

/// Keeps files in a folder of this machine.
public struct FolderStore: MediaStore {
    private let root: URL
    public let incoming: URL

    /// Makes the folder if need be, and forgets files that were on their way when a process died.
    /// - Throws: what keeps the folder from being used.
    public init(_ root: URL, now: Date = Date()) throws {
        self.root = root
        incoming = root.appending(path: "incoming")
        try openIncoming(incoming, now: now)
    }

    public func keep(_ file: URL, as key: MediaKey) async throws {
        let home = root.appending(path: key.path)
        try await onDisk {
            let folder = home.deletingLastPathComponent()
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            try flush(file)
            guard rename(file.path, home.path) == 0 else { throw DiskRefused(path: home.path, code: errno) }
            // The new names must survive as well: the file's in its folder, and the folders' in theirs.
            for parent in [folder, folder.deletingLastPathComponent(), folder.deletingLastPathComponent().deletingLastPathComponent()] {
                try flush(parent)
            }
        }
    }

    public func file(_ key: MediaKey) async throws -> URL {
        let home = root.appending(path: key.path)
        guard FileManager.default.fileExists(atPath: home.path) else { throw MediaMissing(path: key.path) }
        return home
    }

    public func forget(_ key: MediaKey) async throws {
        let home = root.appending(path: key.path)
        try await onDisk {
            guard unlink(home.path) == 0 || errno == ENOENT else { throw DiskRefused(path: home.path, code: errno) }
        }
    }
}

/// The disk did not do what it was asked.
struct DiskRefused: Error, CustomStringConvertible {
    let path: String
    let code: Int32
    var description: String { "\(path): \(String(cString: strerror(code))). Make room or mend the disk; it is tried again." }
}

/// Makes a folder for files on their way if need be, and forgets those that were on their way when a process died.
func openIncoming(_ folder: URL, now: Date) throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    for left in try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: [.contentModificationDateKey]) {
        // Other processes may use the same folder; nothing is on its way for a day.
        let changed = try? left.resourceValues(forKeys: [.contentModificationDateKey]).contentModificationDate
        if let changed, changed < now - 86_400 { try? FileManager.default.removeItem(at: left) }
    }
}

/// Waits for the disk on a thread of its own: two cores have two threads for everything else.
func onDisk<T: Sendable>(_ work: @escaping @Sendable () throws -> T) async throws -> T {
    try await withCheckedThrowingContinuation { continuation in
        DispatchQueue.global(qos: .utility).async { continuation.resume(with: Result(catching: work)) }
    }
}

private func flush(_ file: URL) throws {
    let descriptor = open(file.path, O_RDONLY)
    guard descriptor >= 0 else { throw DiskRefused(path: file.path, code: errno) }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw DiskRefused(path: file.path, code: errno) }
}
