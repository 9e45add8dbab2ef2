import Hummingbird
import Logging
import NIOCore

/// What a request carries before anybody is known to ask.
struct WebContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// Names the request in its answer and in the log.
    var requestID: String
    /// The other end of the connection, as the socket knows it.
    let peer: String?
    /// Set once somebody has signed in; the only source of a `LandlordContext`.
    var visitor: Visitor?

    init(source: Source) {
        coreContext = .init(source: source)
        requestID = ""
        peer = source.channel.remoteAddress?.ipAddress
    }
}
