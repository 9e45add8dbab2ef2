import Hummingbird
import Messaging
import NIOCore
import SQLDatabase
import WhatsAppCloudAPI

extension Refusal {
    /// What an error means to whoever asked; nil for faults of ours, of which only the request's ID is told.
    init?(_ error: any Error) {
        switch error {
        case let refusal as Refusal: self = refusal
        case is NotFound: self = .notFound
        case let refusal as SendRefusal:
            self.init(.unprocessableContent, refusal.code, refusal.message)
        case let refused as PushRefused: self.init(.unprocessableContent, "pushRefused", refused.message)
        case let refusal as ExportRefusal:
            self.init(refusal == .tooMany ? .conflict : .unprocessableContent, refusal.code, refusal.message)
        case is ClientMessageIDReused:
            self.init(.conflict, "clientMessageIdReused", "Another message was sent under this clientMessageId. Use a new one.")
        case let refusal as TeamRefusal: self.init(refusal)
        case let refused as NotAllowed: self.init(.forbidden, Self.notAllowed, refused.message)
        case let refused as AccessRefused: self.init(refused)
        case let refused as SignInRefused: self.init(refused)
        case is MediaPassExpired:
            self.init(.gone, "expired", "This address of a file has expired. Open the message again.")
        case is LedgerFull: self = .unavailable("There is no room for more at this moment. Send it again.", retryAfter: 5)
        case let error as DatabaseError:
            guard let refusal = Refusal(error) else { return nil }
            self = refusal
        case let error as DecodingError: self.init(error)
        case let error as HTTPError: self.init(error)
        default: return nil
        }
    }

    /// What a person's role does not allow.
    static let notAllowed = "notAllowed"

    private init(_ refusal: TeamRefusal) {
        let status: HTTPResponse.Status =
            switch refusal {
            case .lastOwner, .unread, .nameTaken: .conflict
            case .words, .tooMany: .unprocessableContent
            case .invitationOver: .gone
            }
        self.init(status, refusal.code, refusal.message)
    }

    private init(_ refused: AccessRefused) {
        switch refused {
        case .notAMember: self = .notFound
        case .unknownPerson:
            self.init(.forbidden, "unknownPerson", "You are not a member of any landlord here. Ask a landlord to invite you.")
        case .chooseLandlord(let landlords):
            let choices = landlords.map { JSONValue.object(["id": .string($0.landlordID.rawValue), "name": .string($0.name)]) }
            self.init(
                .conflict, "chooseLandlord", "You act for several landlords. Name one in the header X-Landlord.",
                details: ["landlords": .array(choices)])
        }
    }

    private init(_ refused: SignInRefused) {
        let words = refused.hint == nil ? "Bearer" : "Bearer error=\"invalid_token\""
        self.init(.unauthorized, "signInNeeded", refused.description, headers: [.wwwAuthenticate: words])
    }

    private init?(_ error: DatabaseError) {
        switch error {
        case .unavailable, .busy, .serialization, .timedOut, .diskFull:
            self = .unavailable("The database cannot be used at this moment. Try again.", retryAfter: 2)
        default: return nil
        }
    }

    private init(_ error: HTTPError) {
        switch error.status {
        case .notFound: self.init(.notFound, "notFound", "There is no such address. Check its spelling and the method.")
        case .contentTooLarge: self = .tooLarge(limit: 1_048_576)
        default: self.init(error.status, "badRequest", error.body ?? error.status.reasonPhrase)
        }
    }

    init(_ error: DecodingError) {
        let (path, reason) = Self.fault(in: error)
        let field = path.reduce("") { name, key in
            key.intValue.map { "\(name)[\($0)]" } ?? (name.isEmpty ? key.stringValue : "\(name).\(key.stringValue)")
        }
        self = .badRequest(field.isEmpty ? "The body \(reason)." : "The field \(field) \(reason).", field: field.isEmpty ? nil : field)
    }

    private static func fault(in error: DecodingError) -> ([any CodingKey], String) {
        switch error {
        case .keyNotFound(let key, let context): (context.codingPath + [key], "is missing")
        case .valueNotFound(_, let context): (context.codingPath, "must not be null")
        case .typeMismatch(let type, let context): (context.codingPath, "must be \(word(for: type))")
        case .dataCorrupted(let context):
            (context.codingPath, context.codingPath.isEmpty ? "is not valid JSON" : "is not right: \(context.debugDescription)")
        @unknown default: ([], "cannot be read")
        }
    }

    private static func word(for type: any Any.Type) -> String {
        switch type {
        case is String.Type: "a text"
        case is Bool.Type: "true or false"
        case is any BinaryInteger.Type, is Double.Type: "a number"
        case is any ArrayOfAnything.Type: "a list"
        default: "an object"
        }
    }
}

private protocol ArrayOfAnything {}
extension Array: ArrayOfAnything {}
