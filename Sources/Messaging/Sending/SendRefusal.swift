import Foundation

/// Why our own rules do not let a message out. A refusal stores nothing.
public enum SendRefusal: Error, Equatable, Sendable {
    case noLine
    case noAddress
    case windowClosed
    case noOptIn
    case optedOut
    case templateNotApproved(status: String?)
    case templateVariables(String)
    case text(String)
    case file(String)
    case content(String)
    case reaction(String)
    case unknownQuote
    case notSentYet
    case stillChecking

    /// The stable word for programs.
    public var code: String {
        switch self {
        case .noLine: "noLine"
        case .noAddress: "noAddress"
        case .windowClosed: "windowClosed"
        case .noOptIn: "noOptIn"
        case .optedOut: "optedOut"
        case .templateNotApproved: "templateNotApproved"
        case .templateVariables: "templateVariables"
        case .text: "text"
        case .file: "file"
        case .content: "content"
        case .reaction: "reaction"
        case .unknownQuote: "unknownQuote"
        case .notSentYet: "notSentYet"
        case .stillChecking: "stillChecking"
        }
    }

    /// What happened and what to do, for the landlord.
    public var message: String {
        switch self {
        case .noLine: "No WhatsApp number is connected yet. Connect one under “Your number”."
        case .noAddress: "We have neither a number nor a WhatsApp name of this person. Add the number at the platform."
        case .windowClosed: "More than 24 hours have passed since this person last wrote, so WhatsApp asks for a template first."
        case .noOptIn: "This person has not agreed to WhatsApp messages yet. Record the agreement first, or wait until they write."
        case .optedOut: "This person asked for no more messages. We do not send until they write START or agree again."
        case .templateNotApproved(let status):
            switch status {
            case nil: "There is no such template in this language. Choose one from the list."
            case "PAUSED": "Meta has paused this template because people disliked it. Choose another one."
            case "REJECTED": "Meta rejected this template. Change it, or choose another one."
            case "PENDING": "Meta still reviews this template. Try another one, or wait until it is approved."
            default: "Meta does not let this template go out at the moment. Choose another one."
            }
        case .templateVariables(let reason): "The values do not fit the template. \(reason)"
        case .text(let reason), .file(let reason), .content(let reason), .reaction(let reason): reason
        case .unknownQuote: "The message you answer is not part of this conversation."
        case .notSentYet: "WhatsApp does not have this message yet, so it can be neither quoted nor reacted to. Wait for its tick."
        case .stillChecking: "We are still checking whether this message arrived. It can be sent again once that is known."
        }
    }
}

/// The same `clientMessageId` with another message: the first one stands.
public struct ClientMessageIDReused: Error, Equatable {}
