import HTTPTypes

extension HTTPField.Name {
    static let requestID = known("X-Request-Id")
    static let landlord = known("X-Landlord")
    static let csrfToken = known("X-CSRF-Token")
    static let fragment = known("X-Fragment")
    static let hubSignature = known("X-Hub-Signature-256")
    static let fileName = known("X-File-Name")
    static let lastEventID = known("Last-Event-ID")
    static let frameOptions = known("X-Frame-Options")
    static let referrerPolicy = known("Referrer-Policy")
    static let openerPolicy = known("Cross-Origin-Opener-Policy")
    static let permissionsPolicy = known("Permissions-Policy")
    static let accelBuffering = known("X-Accel-Buffering")

    private static func known(_ name: String) -> HTTPField.Name {
        guard let field = HTTPField.Name(name) else { preconditionFailure("\(name) is not a header name.") }
        return field
    }
}
