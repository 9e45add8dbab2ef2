import AsyncHTTPClient
import Foundation
import Messaging

/// Who is told of conversations that wait for an answer.
public struct DigestSetting: Sendable, Equatable {
    /// Where lists are posted.
    public var address: String
    /// What signs them.
    public var secret: String
    /// How long somebody waits before it is told, in seconds.
    public var after: TimeInterval
}

extension DigestSetting: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Without the secret.
    public var description: String { "after \(Int(after)) s" }
    /// Without the secret.
    public var debugDescription: String { description }
    /// Shows to `dump` what the description shows.
    public var customMirror: Mirror { Mirror(self, children: ["description": description]) }
}

extension Settings {
    /// How people are told of messages away from the page.
    func notifications(over client: HTTPClient) -> NotificationSetup {
        let receiver = digest.map { digest in
            DigestReceiver(
                address: digest.address, secret: digest.secret, after: digest.after, pages: publicURL.map { $0 + Paths.inbox + "/" })
        }
        // Apple's service refuses a contact that is neither; nobody reads mail at this one.
        let contact = pushContact ?? publicURL.flatMap { $0.hasPrefix("https://") ? $0 : nil } ?? "mailto:nobody@localhost"
        return NotificationSetup(pushHosts: pushHosts, contact: contact, digest: receiver, courier: Courier(client))
    }
}

extension SettingsReader {
    /// Hosts by name; another origin, and one without https, only on this machine.
    mutating func pushHosts() -> PushHosts {
        let entries = list("PUSH_HOSTS")
        for entry in entries {
            let isName = entry.wholeMatch(of: /(\*\.)?[A-Za-z0-9]([A-Za-z0-9-]*\.)+[A-Za-z][A-Za-z0-9-]*/) != nil
            let origin = Origin(of: entry)
            let host = origin.flatMap { URL(string: $0.text)?.host() }
            let isOrigin = origin?.text == entry && (origin?.scheme == "https" || host.map(isLoopback) == true)
            guard !isName, !isOrigin else { continue }
            problems.append("PUSH_HOSTS must hold names of hosts such as push.example.com or *.push.example.com.")
        }
        return entries.isEmpty ? .usual : PushHosts(entries)
    }

    mutating func pushContact() -> String? {
        guard let text = text("PUSH_CONTACT") else { return nil }
        if text.wholeMatch(of: /(mailto:[^\s@]+@[^\s@]+|https:\/\/\S+)/) == nil {
            problems.append("PUSH_CONTACT must be mailto:… or https://….")
        }
        return text
    }

    mutating func digest() -> DigestSetting? {
        let after = duration("DIGEST_AFTER") ?? 3_600, address = address("DIGEST_WEBHOOK_URL"), secret = text("DIGEST_WEBHOOK_SECRET")
        guard let address else {
            if secret != nil, text("DIGEST_WEBHOOK_URL") == nil {
                problems.append("DIGEST_WEBHOOK_URL is missing: it says where lists of unanswered messages are posted.")
            }
            return nil
        }
        if let secret, secret.utf8.count < 16 { problems.append("DIGEST_WEBHOOK_SECRET must have at least 16 characters.") }
        if secret == nil { problems.append("DIGEST_WEBHOOK_SECRET is missing: it signs the lists of unanswered messages.") }
        return DigestSetting(address: address, secret: secret ?? "", after: after)
    }

    /// `45m`, `1h`, `2d`: a minute at least, three days at most. Live changes are kept for seven.
    private mutating func duration(_ name: String) -> TimeInterval? {
        guard let text = text(name) else { return nil }
        if let found = text.wholeMatch(of: /([0-9]{1,4})([mhd])/), let number = Double(found.1) {
            let seconds = number * (found.2 == "m" ? 60 : found.2 == "h" ? 3_600 : 86_400)
            if (60...3 * 86_400).contains(seconds) { return seconds }
        }
        problems.append("\(name) must be a time from 1m to 3d, such as 45m or 1h.")
        return nil
    }
}
