import Foundation
import Messaging

/// Where files of messages are kept.
public enum MediaStoreSetting: Sendable, Equatable {
    /// A folder of this machine, or one that all processes share.
    case folder(String)
    /// A bucket that all processes share, and the folder where each machine keeps what was asked for lately.
    case s3(S3Bucket, cache: String)

    /// - Throws: what keeps the folder from being used; that a program is missing.
    func open() throws -> any MediaStore {
        switch self {
        case .folder(let path): return try FolderStore(URL(fileURLWithPath: path))
        case .s3(let bucket, let cache): return try S3Store(bucket, cache: URL(fileURLWithPath: cache))
        }
    }
}

extension SettingsReader {
    mutating func mediaStore(needed: Bool) -> MediaStoreSetting {
        let place = text("MEDIA_STORE") ?? "file:data/media"
        if let folder = place.wholeMatch(of: /file:(.+)/) { return .folder(String(folder.1)) }
        // Bucket names as S3 allows them, then only characters that stand for themselves in a signed address.
        let form = /s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])((?:\/[A-Za-z0-9_][A-Za-z0-9_.-]*)*)\/?/
        if let found = place.wholeMatch(of: form) {
            let bucket = bucket(String(found.1), prefix: String(found.2.dropFirst()), needed: needed)
            return .s3(bucket, cache: text("MEDIA_CACHE") ?? Self.ownTemporaryFolder)
        }
        problems.append("MEDIA_STORE must be file:DIR or s3://BUCKET/PREFIX, of letters, digits, dots, hyphens and underscores.")
        return .folder("data/media")
    }

    private mutating func bucket(_ name: String, prefix: String, needed: Bool) -> S3Bucket {
        let region = text("S3_REGION") ?? "us-east-1"
        if region.wholeMatch(of: /[a-z0-9-]{1,40}/) == nil { problems.append("S3_REGION must look like eu-central-1.") }
        let endpoint = address("S3_ENDPOINT") ?? "https://s3.\(region).amazonaws.com"
        let id = self.needed("S3_ACCESS_KEY_ID", if: needed, "It is the name of a key that may read and write the bucket.")
        let secret = self.needed("S3_SECRET_ACCESS_KEY", if: needed, "It is the secret of the key that S3_ACCESS_KEY_ID names.")
        if !isPrintable(id) || id.contains(":") { problems.append("S3_ACCESS_KEY_ID must have no spaces and no colon.") }
        if !isPrintable(secret) { problems.append("S3_SECRET_ACCESS_KEY must have no spaces and only ASCII characters.") }
        return S3Bucket(endpoint: endpoint, region: region, name: name, prefix: prefix, accessKeyID: id, secretAccessKey: secret)
    }

    private func isPrintable(_ text: String) -> Bool { text.utf8.allSatisfy { (0x21...0x7E).contains($0) } }

    // Users of one machine do not share a cache.
    private static var ownTemporaryFolder: String {
        FileManager.default.temporaryDirectory.appending(path: "zenrent-media-\(geteuid())").path
    }
}
