/// The style sheets, scripts and pictures inside the binary.
enum StaticAssets {
    /// Changes when any asset changes. Not a secret and not a proof, so a short hash is enough.
    static let digest: String = {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for path in files.keys.sorted() {
            for byte in path.utf8 + Array(files[path, default: ""].utf8) {
                hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3
            }
        }
        return String(hash, radix: 36)
    }()

    /// Text and media type of an asset, or nil when there is none.
    /// - Parameter path: what follows `Paths.assets` and a slash, as in `css/tokens.css`.
    static func file(at path: String) -> (text: String, mediaType: String)? {
        guard let text = files[path], let ending = path.split(separator: ".").last, let type = mediaTypes[String(ending)] else {
            return nil
        }
        return (text, type)
    }

    /// In the order of the page: values, then the ground, then parts.
    static let styleSheets = [
        "tokens", "base", "icon", "button", "field", "tag", "door", "bar", "banner", "page", "inbox", "conversation", "message", "finding",
        "viewer", "slip", "composer", "answer", "kind", "template", "note", "filing", "quick", "people", "panel", "export", "table",
        "steps",
        "connect", "notifications", "plain", "operator",
    ]

    private static let files = Dictionary(
        uniqueKeysWithValues: Embedded.files.compactMap { path, text in
            path.hasPrefix("Assets/") ? (String(path.dropFirst("Assets/".count)), text) : nil
        })

    private static let mediaTypes = [
        "css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8", "svg": "image/svg+xml",
    ]
}
