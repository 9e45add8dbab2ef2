import Hummingbird
import Messaging

/// The cookie of a signed-in browser. Scripts cannot read it, and other sites' forms do not send it.
enum SessionCookie {
    static let name = "zr_session"

    static func secret(in request: Request) -> String? {
        guard let value = request.cookies[name]?.value, !value.isEmpty, value.utf8.count <= 200 else { return nil }
        return value
    }

    static func setting(_ secret: String, secure: Bool) -> String {
        "\(name)=\(secret); Max-Age=\(Sessions.lifetime.components.seconds)" + attributes(secure)
    }

    static func clearing(secure: Bool) -> String {
        "\(name)=; Max-Age=0" + attributes(secure)
    }

    private static func attributes(_ secure: Bool) -> String {
        "; Path=/; HttpOnly; SameSite=Lax" + (secure ? "; Secure" : "")
    }
}
