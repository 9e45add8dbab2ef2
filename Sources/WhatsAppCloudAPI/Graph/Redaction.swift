/// Takes a call's secrets out of whatever came back, since an error page may repeat the request.
struct Redaction: Sendable {
    private let secrets: [String]

    init(_ secrets: [String]) {
        let escaped = secrets.map(PercentEncoding.escape)
        self.secrets = Set(secrets + escaped).filter { !$0.isEmpty }.sorted { $0.utf8.count > $1.utf8.count }
    }

    func apply(to text: String) -> String {
        secrets.reduce(text) { $0.contains($1) ? $0.split(separator: $1, omittingEmptySubsequences: false).joined(separator: "•••") : $0 }
    }

    func apply(to text: String?) -> String? {
        text.map { apply(to: $0) }
    }
}
