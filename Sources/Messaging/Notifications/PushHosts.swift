import Foundation

/// The hosts of push services that may be posted to. A browser hands over its service's address, and anybody can pretend to be one: without
/// this list our server would post to any machine that it can reach.
public struct PushHosts: Sendable, Equatable {
    /// The services of Chrome and Edge on Android and desktops, Firefox, Safari, and Edge on Windows.
    public static let usual = PushHosts([
        "fcm.googleapis.com", "updates.push.services.mozilla.com", "*.push.apple.com", "*.notify.windows.com",
    ])

    private let entries: [String]

    /// - Parameter entries: names (`push.example`), names with everything below them (`*.push.example`), or whole origins
    ///   (`http://127.0.0.1:9000`), which are taken as they are.
    public init(_ entries: [String]) {
        self.entries = entries.map { $0.lowercased() }
    }

    /// Whether messages may be posted to this address: https on its usual port and a host of the list, or an origin of the list.
    func allow(_ address: String) -> Bool {
        guard address.utf8.count <= 2_000, address.utf8.allSatisfy({ (0x21...0x7E).contains($0) }), !address.contains("\\"),
            let url = URLComponents(string: address), url.user == nil, url.password == nil, url.fragment == nil,
            let origin = Self.origin(of: url), let host = url.host?.lowercased()
        else { return false }
        if entries.contains(origin) { return true }
        guard url.scheme?.lowercased() == "https", url.port == nil || url.port == 443 else { return false }
        return entries.contains { $0 == host || ($0.hasPrefix("*.") && host.hasSuffix($0.dropFirst()) && host.count > $0.count - 1) }
    }

    /// Scheme, host and port of an address, as a push service is named in a signature (RFC 6454, section 6.2).
    static func origin(of address: String) -> String? { URLComponents(string: address).flatMap(origin) }

    private static func origin(of url: URLComponents) -> String? {
        guard let scheme = url.scheme?.lowercased(), let host = url.host?.lowercased(), !host.isEmpty else { return nil }
        let usual = scheme == "https" ? 443 : 80
        return "\(scheme)://\(host)" + (url.port.map { $0 == usual ? "" : ":\($0)" } ?? "")
    }
}
