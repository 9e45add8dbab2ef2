import Crypto
import Foundation
import Hummingbird

/// Keeps other sites from acting with a signed-in browser's cookie: whoever changes something must show a token that only our pages know.
enum CSRF {
    /// The session's token: derived from its secret, so nothing needs to be stored and a page cannot be given another one's.
    static func token(for secret: String) -> String {
        let code = HMAC<SHA256>.authenticationCode(for: Data("csrf".utf8), using: SymmetricKey(data: Data(secret.utf8)))
        return code.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }

    /// Checks requests that change something. A form's body is kept in the request for its handler.
    /// - Throws: `Refusal` with 403.
    static func check(_ request: inout Request, secret: String, settings: Settings) async throws {
        guard ![.get, .head, .options].contains(request.method) else { return }
        try checkOrigin(of: request, settings: settings)
        let shown: String?
        if let header = request.headers[.csrfToken] {
            shown = header
        } else if request.isForm {
            let body = try await request.bytes(upTo: longestBody)
            request.body = .init(buffer: body)
            shown = FormFields(body)["csrf"]
        } else {
            shown = nil
        }
        guard let shown, areEqual(shown, token(for: secret)) else {
            throw Refusal(
                .forbidden, "csrf", "For your safety this is only taken from a page of the same session. Reload the page and try again.")
        }
    }

    /// Browsers say where a request comes from; it must be one of our own pages.
    static func checkOrigin(of request: Request, settings: Settings) throws {
        guard let text = request.headers[.origin] else { return }
        let origin = Origin(of: text)
        let isOurs =
            origin != nil
            && (origin == settings.publicURL.flatMap { Origin(of: $0) } || origin?.authority == request.head.authority?.lowercased())
        guard isOurs else { throw Refusal(.forbidden, "foreignOrigin", "This request came from another site's page.") }
    }
}

/// Compares two secrets in a time that does not tell where they differ.
func areEqual(_ one: String, _ other: String) -> Bool {
    let key = SymmetricKey(size: .bits256)
    let code = HMAC<SHA256>.authenticationCode(for: Data(one.utf8), using: key)
    return HMAC<SHA256>.isValidAuthenticationCode(code, authenticating: Data(other.utf8), using: key)
}

extension Request {
    var isForm: Bool { headers[.contentType]?.hasPrefix("application/x-www-form-urlencoded") ?? false }
}

/// The fields of a posted form; of a repeated one the first counts.
struct FormFields {
    private var fields: [String: String] = [:]

    init(_ body: ByteBuffer) {
        for pair in String(decoding: body.readableBytesView, as: UTF8.self).split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(Self.decoded)
            if fields[parts[0]] == nil { fields[parts[0]] = parts.count == 2 ? parts[1] : "" }
        }
    }

    /// Filled in by us.
    init(_ fields: [String: String]) {
        self.fields = fields
    }

    subscript(_ name: String) -> String? { fields[name] }

    private static func decoded(_ text: Substring) -> String {
        let spaced = text.replacing("+", with: " ")
        return spaced.removingPercentEncoding ?? String(spaced)
    }
}
