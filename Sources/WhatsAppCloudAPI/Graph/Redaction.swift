/// Takes a call's secrets out of whatever came back, since an error page may repeat the request.
struct Redaction: Sendable {
    private let secrets: [String]

    init(_ secrets: [String]) {
        let escaped = secrets.map(PercentEncoding.escape)
        self.secrets = Set(secrets + escaped).filter { !$0.isEmpty }.sorted { $0.utf8.count > $1.utf8.count }
    }

    func apply(to text: String) -> String {
        secrets.reduce(text) { text, secret in
            text.split(separator: secret, omittingEmptySubsequences: false).joined(separator: "•••")
        }
    }

    func apply(to text: String?) -> String? {
        text.map { apply(to: $0) }
    }
}
