import Foundation
import WhatsAppCloudAPI

/// When a refused or unsent message goes out again: full jitter, so that many waiting messages do not come back at once
/// (fact sheet, section 9, retry policy).
enum RetryPolicy {
    /// A chat message that could not go out for half an hour is told as failed instead of arriving out of the blue: counted from its first
    /// try, and while its line is closed, from when it was written. Waiting for its turn on an open line is no failure.
    static let patience: TimeInterval = 30 * 60
    private static let base: TimeInterval = 1, longest: TimeInterval = 300

    /// The next try, or nil to give up. `tries` counts the tries made.
    static func next(after remedy: ErrorCatalogue.Remedy, tries: Int, now: Date, random: inout Randomness) -> Date? {
        switch remedy {
        case .retrySoon: tries < 6 ? now + backoff(tries, random: &random) : nil
        case .retryLater(let after): now + max(after?.seconds ?? 0, backoff(tries, random: &random))
        default: nil
        }
    }

    /// Waiting before connecting again.
    static func backoff(_ tries: Int, random: inout Randomness) -> TimeInterval {
        let ceiling = min(longest, base * pow(2, Double(min(tries, 12))))
        return Double.random(in: 0...ceiling, using: &random) + 0.05
    }
}
