import Crypto
import Foundation
import Synchronization

/// Claims of tokens whose signature was right a moment ago: the platform sends the same token with every request of a person. Times, role
/// and audience are checked each time; a key that is withdrawn stops counting within a minute. Tokens themselves are not kept.
final class VerifiedTokens: Sendable {
    static let patience: TimeInterval = 60
    private static let capacity = 4_096

    private struct Entry {
        let claims: TokenClaims
        let until: Date
    }

    private let entries = Mutex<[SHA256Digest: Entry]>([:])

    /// The claims of this very token, if its signature was checked within the last minute.
    func claims(of token: String, now: Date) -> TokenClaims? {
        let digest = SHA256.hash(data: Data(token.utf8))
        return entries.withLock { entries in
            guard let entry = entries[digest], entry.until > now, entry.until <= now + Self.patience else { return nil }
            return entry.claims
        }
    }

    func keep(_ claims: TokenClaims, of token: String, now: Date) {
        let digest = SHA256.hash(data: Data(token.utf8))
        entries.withLock { entries in
            if entries.count >= Self.capacity { entries.removeAll(keepingCapacity: true) }
            entries[digest] = Entry(claims: claims, until: now + Self.patience)
        }
    }
}
