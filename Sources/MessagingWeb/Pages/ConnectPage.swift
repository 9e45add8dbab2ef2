/// Connecting a number, from the first button to the open inbox.
struct ConnectPage: Page {
    static let view = "connect"

    let frame: Frame
    let connection: Connection
    let notices: [SignUpNotice]

    /// - Parameters:
    ///   - connection: its present state; the live stream replaces it by fragments of the same type.
    init(frame: Frame, connection: Connection) {
        self.frame = frame
        self.connection = connection
        notices = SignUpNotice.all
    }
}
