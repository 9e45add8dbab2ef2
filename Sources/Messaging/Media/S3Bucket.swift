/// A bucket of S3-compatible storage, and the key that opens it. Shows the key to nobody.
public struct S3Bucket: Sendable, Equatable {
    /// The storage's address, without a slash at its end. Buckets are named in the path behind it, which every such storage understands.
    public let endpoint: String
    /// Where the bucket is, such as `eu-central-1`; a part of every signature.
    public let region: String
    /// The bucket's name.
    public let name: String
    /// What stands before the names of all files, without slashes at its ends; may be empty.
    public let prefix: String
    private let accessKeyID: String
    private let secretAccessKey: String

    /// What `MEDIA_STORE` and the `S3_…` settings say.
    public init(endpoint: String, region: String, name: String, prefix: String, accessKeyID: String, secretAccessKey: String) {
        self.endpoint = endpoint
        self.region = region
        self.name = name
        self.prefix = prefix
        self.accessKeyID = accessKeyID
        self.secretAccessKey = secretAccessKey
    }

    func address(of key: MediaKey) -> String {
        [endpoint, name, prefix, key.path].filter { !$0.isEmpty }.joined(separator: "/")
    }

    /// The key as a line of `curl`'s configuration.
    var credentials: String {
        let words = "\(accessKeyID):\(secretAccessKey)".replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
        return "user = \"\(words)\"\n"
    }
}

extension S3Bucket: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Addresses only.
    public var description: String { "s3://\(name)/\(prefix) at \(endpoint)" }
    /// Addresses only.
    public var debugDescription: String { description }
    /// Shows to `dump` what the description shows.
    public var customMirror: Mirror { Mirror(self, children: ["description": description]) }
}
