/// Where Meta's Graph API is and who we are there. Shows its secrets to nobody.
public struct GraphConfiguration: Sendable {
    /// How the exchange of a sign-up code names the redirect address. Codes from Meta's JavaScript SDK want none,
    /// some integrations send an empty one, a redirect flow needs exactly the address it used.
    public enum RedirectURI: Sendable, Hashable {
        case omitted
        case empty
        case value(String)
    }

    /// The address without a slash at its end, `https://graph.facebook.com` unless told.
    public var baseURL: String
    /// The version that stands in every path, such as `v25.0`. A call without one would be answered by the oldest version alive.
    public var version: String
    /// Our app at Meta.
    public var appID: AppID
    /// The app's secrets, newest first. The newest signs our calls; webhooks may still be signed by an older one.
    public var appSecrets: [String]
    /// How the exchange names the redirect address.
    public var redirectURI: RedirectURI
    /// Hosts that files are fetched from; they see the customers' tokens, so no other address that Meta hands over is followed.
    public var mediaHosts: [String]
    /// How long one connection attempt may take.
    public var connectTimeout: Duration
    /// How long Meta may stay silent within an answer.
    public var readTimeout: Duration
    /// How long a whole call may take, waiting for a free connection included.
    public var requestTimeout: Duration
    /// How long handing over a file may take, of up to 100 MB.
    public var uploadTimeout: Duration

    /// Gathers the settings; nothing is contacted or checked.
    public init(
        baseURL: String = "https://graph.facebook.com", version: String = "v25.0", appID: AppID, appSecrets: [String],
        redirectURI: RedirectURI = .omitted, mediaHosts: [String] = ["lookaside.fbsbx.com"], connectTimeout: Duration = .seconds(5),
        readTimeout: Duration = .seconds(20), requestTimeout: Duration = .seconds(30), uploadTimeout: Duration = .seconds(300)
    ) {
        self.baseURL = baseURL.hasSuffix("/") ? String(baseURL.dropLast()) : baseURL
        self.version = version
        self.appID = appID
        self.appSecrets = appSecrets
        self.redirectURI = redirectURI
        self.mediaHosts = mediaHosts
        self.connectTimeout = connectTimeout
        self.readTimeout = readTimeout
        self.requestTimeout = requestTimeout
        self.uploadTimeout = uploadTimeout
    }
}

extension GraphConfiguration: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Address, version and app, without secrets.
    public var description: String { "\(baseURL)/\(version) as app \(appID)" }

    /// Address, version and app, without secrets.
    public var debugDescription: String { description }

    /// Shows to `dump` what the description shows.
    public var customMirror: Mirror { Mirror(self, children: ["description": description]) }
}
