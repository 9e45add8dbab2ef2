import Hummingbird
import Messaging

/// What a browser is known by once it wants to be told of messages, also after its session has ended. It lets nobody in.
enum DeviceCookie {
    private static let name = "zr_device"

    static func secret(in request: Request) -> String? {
        request.cookies[name].flatMap { $0.value.wholeMatch(of: /[A-Za-z0-9_-]{20,100}/) == nil ? nil : $0.value }
    }

    /// As long as browsers keep a cookie.
    static func setting(_ secret: String, secure: Bool) -> String {
        "\(name)=\(secret); Max-Age=\(400 * 86_400); Path=/; HttpOnly; SameSite=Lax" + (secure ? "; Secure" : "")
    }
}

extension DeviceCookie {
    /// What a person will know a browser by. Browsers say many names in one line; the more special one counts.
    /// - Parameter line: its `User-Agent`.
    static func browserName(_ line: String) -> String {
        let browsers = [
            ("Edg", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser", "Samsung Internet"), ("Firefox", "Firefox"), ("FxiOS", "Firefox"),
            ("Chrom", "Chrome"), ("CriOS", "Chrome"), ("Safari", "Safari"),
        ]
        let systems = [
            ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("Mac OS X", "Mac"),
            ("CrOS", "ChromeOS"), ("Linux", "Linux"),
        ]
        let browser = browsers.first { line.contains($0.0) }?.1 ?? "A browser"
        return systems.first { line.contains($0.0) }.map { "\(browser) on \($0.1)" } ?? browser
    }
}
