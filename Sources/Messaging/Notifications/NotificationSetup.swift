import Foundation

/// How people are told of messages while they are not on the page.
public struct NotificationSetup: Sendable {
    /// Where browsers' push services may be.
    public let pushHosts: PushHosts
    /// Whom a push service's operators may write to, `mailto:…` or `https://…` (RFC 8292, section 2.1).
    public let contact: String
    /// Who is told of conversations that wait for an answer; nil where nobody asked.
    public let digest: DigestReceiver?
    /// Carries it.
    public let courier: Courier

    /// Gathers the parts; nothing is contacted or checked.
    public init(pushHosts: PushHosts, contact: String, digest: DigestReceiver?, courier: Courier) {
        self.pushHosts = pushHosts
        self.contact = contact
        self.digest = digest
        self.courier = courier
    }
}
