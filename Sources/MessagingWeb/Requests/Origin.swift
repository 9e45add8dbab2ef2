import Foundation

/// The scheme, host and port of an address, as browsers send them.
struct Origin: Equatable {
    let scheme: String
    /// Host and port, as in a `Host` header: without the scheme's usual port.
    let authority: String

    var text: String { "\(scheme)://\(authority)" }

    init?(of address: String) {
        guard let url = URL(string: address), let scheme = url.scheme?.lowercased(), let host = url.host?.lowercased(), !host.isEmpty else {
            return nil
        }
        let usual = scheme == "https" ? 443 : 80
        let name = host.contains(":") && !host.hasPrefix("[") ? "[\(host)]" : host
        self.scheme = scheme
        authority = url.port.map { $0 == usual ? name : "\(name):\($0)" } ?? name
    }
}
