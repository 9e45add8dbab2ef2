import Foundation
import Messaging
import MessagingWeb

/// Where a demo keeps its databases, its secrets (made once) and the pretend Meta's world.
struct DemoFolder {
    private let root: URL
    private let secrets: [String: String]

    var simulatorState: URL { root.appending(path: "simulator.json") }

    /// Opens or makes the folder. `fresh` empties it, if a demo made it.
    /// - Throws: `DemoRefused` for a folder with other things in it.
    init(_ root: URL, fresh: Bool) throws {
        self.root = root.standardizedFileURL
        let file = self.root.appending(path: "demo.env")
        let files = FileManager.default
        let isOurs = files.fileExists(atPath: file.path)
        let content = (try? files.contentsOfDirectory(atPath: self.root.path)) ?? []
        guard isOurs || content.isEmpty else {
            throw DemoRefused(reason: "The folder \(root.path) was not made by the demo. Choose another one with --data.")
        }
        if fresh { for name in content { try files.removeItem(at: self.root.appending(path: name)) } }
        try files.createDirectory(at: self.root, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        if isOurs, !fresh {
            secrets = try ConfigFile.read(file.path)
        } else {
            secrets = Self.newSecrets(database: self.root.appending(path: "zenrent.sqlite").path)
            try Self.write(secrets, to: file)
        }
    }

    /// The environment with what it lacks filled in. What somebody has set is never overridden.
    func completed(_ environment: [String: String]) -> [String: String] {
        var filled = secrets
        filled["MEDIA_STORE"] = "file:\(root.appending(path: "media").path)"
        filled["META_SYSTEM_USER_TOKEN"] = "EAAdemoSystemUser"
        return filled.merging(environment.filter { !$0.value.isEmpty }) { _, own in own }
    }

    /// The environment with Meta's addresses filled in, where none are set.
    static func meeting(simulatorAt port: Int, in environment: [String: String]) -> [String: String] {
        let meta = "http://127.0.0.1:\(port)"
        return ["META_GRAPH_URL": meta, "META_SDK_URL": "\(meta)/en_US/sdk.js"].merging(environment) { _, own in own }
    }

    private static func newSecrets(database: String) -> [String: String] {
        [
            "AUTH_JWT_SECRET": newSecret(), "TOKEN_KEYS": TokenKeys.newKey(id: "demo"), "META_APP_SECRET": newSecret(),
            "WEBHOOK_VERIFY_TOKEN": newSecret(), "META_APP_ID": "700000000000001", "META_CONFIG_ID": "800000000000001",
            "DATABASE_URL": "sqlite:\(database)",
        ]
    }

    // The mode is set when the file is made, so that nobody can read it in between.
    private static func write(_ secrets: [String: String], to file: URL) throws {
        let lines = secrets.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        let text = "# Made by zenrent demo; its secrets are worth nothing elsewhere.\n" + lines.joined(separator: "\n") + "\n"
        guard FileManager.default.createFile(atPath: file.path, contents: Data(text.utf8), attributes: [.posixPermissions: 0o600]) else {
            throw DemoRefused(reason: "The file \(file.path) cannot be written. Check the folder's rights.")
        }
    }
}

/// Why the demo does not start.
struct DemoRefused: Error, CustomStringConvertible {
    let reason: String
    var description: String { reason }
}
