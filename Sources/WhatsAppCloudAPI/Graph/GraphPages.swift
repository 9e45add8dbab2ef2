extension GraphClient {
    /// Reads all pages of a list. Goes by the `after` cursor and never by the `next` address, which may carry a token in clear text.
    func pages(of path: [String], query: [(String, String)], token: AccessToken) async throws(GraphFailure) -> [JSONValue] {
        var items: [JSONValue] = []
        var cursor: String?
        for _ in 0..<mostPages {
            let after = cursor.map { [("after", $0)] } ?? []
            let request = GraphRequest(method: .get, path: path, query: query + after, authorization: .token(token))
            let page = try await perform(request)
            guard let data = page["data"]?.array else { throw .unexpected(page) }
            items += data
            let next = page["paging"]?["next"] == nil ? nil : page["paging"]?["cursors"]?["after"]?.string
            guard let next, next != cursor else { return items }
            cursor = next
        }
        return items
    }
}

/// No list of ours is longer (an account holds at most 6,000 templates): a cursor that never ends must not hold us for ever.
private let mostPages = 200
