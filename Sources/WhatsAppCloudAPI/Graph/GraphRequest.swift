import Foundation

/// One call to the Graph API before it is turned into bytes.
struct GraphRequest: Sendable {
    enum Method: String, Sendable {
        case get = "GET"
        case post = "POST"
        case delete = "DELETE"
    }

    enum Body: Sendable {
        case empty
        case form([(String, String)])
        case json([UInt8])
        case file(MultipartFile)
    }

    enum Authorization: Sendable {
        case none
        /// The app itself: its ID and secret joined by a pipe.
        case app
        case token(AccessToken)
    }

    var method: Method
    /// The path's parts behind the version; each is escaped by itself, so that an ID can never reach another path.
    var path: [String]
    var query: [(String, String)] = []
    var body: Body = .empty
    var authorization: Authorization
    /// What else is secret in this call (a sign-up code, a PIN) and must not come back in an error.
    var secrets: [String] = []

    /// The path as it may be logged.
    var loggedPath: String { path.joined(separator: "/") }

    static func get(_ path: String..., query: [(String, String)] = [], token: AccessToken) -> GraphRequest {
        GraphRequest(method: .get, path: path, query: query, authorization: .token(token))
    }

    static func post(_ path: String..., json: [UInt8], token: AccessToken) -> GraphRequest {
        GraphRequest(method: .post, path: path, body: .json(json), authorization: .token(token))
    }
}

/// Percent-encoding that leaves only letters, digits, `-` and `_` as they are. A dot is escaped too: `..` must not climb.
enum PercentEncoding {
    static func escape(_ text: String) -> String {
        var escaped = ""
        escaped.reserveCapacity(text.utf8.count)
        for byte in text.utf8 {
            if isPlain(byte) {
                escaped.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                escaped += "%" + hexadecimal(CollectionOfOne(byte)).uppercased()
            }
        }
        return escaped
    }

    static func pairs(_ pairs: [(String, String)]) -> String {
        pairs.map { "\(escape($0.0))=\(escape($0.1))" }.joined(separator: "&")
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}

/// Lower-case hexadecimal digits, two per byte.
func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
    var digits: [UInt8] = []
    let alphabet = Array("0123456789abcdef".utf8)
    for byte in bytes {
        digits.append(alphabet[Int(byte >> 4)])
        digits.append(alphabet[Int(byte & 15)])
    }
    return String(decoding: digits, as: UTF8.self)
}
