/// Where somebody comes who was invited: the code is looked at first, and used by pressing the button.
struct JoinPage: Page {
    static let view = "join"

    struct Offer: Sendable { let landlordName: String, offerRole: String, offerWords: String, code: String, acceptTo: String }

    let frame: Frame
    let lookTo: String
    let offer: Offer?
    let notice: String?

    /// - Parameters:
    ///   - offer: what the code is for; nil before it was looked at.
    ///   - notice: why a code does not count.
    init(frame: Frame, offer: Offer? = nil, notice: String? = nil) {
        self.frame = frame
        (self.offer, self.notice) = (offer, notice)
        lookTo = Paths.join
    }
}
