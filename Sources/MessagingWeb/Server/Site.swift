import Foundation
import Logging
import Messaging
import SQLDatabase

/// What routes are made from: the product, who may come in, and what is counted.
struct Site: Sendable {
    let settings: Settings
    let messaging: Messaging
    let database: any Database
    let tokens: TokenVerifier
    let live: LiveStreams
    let readiness: Readiness
    let counters: Counters
    let views: Views
    let pages: any PageRenderer
    let demo: DemoSignIn?
    let clock: @Sendable () -> Date
    let logger: Logger

    func webhookIntake() -> WebhookIntake {
        WebhookIntake(
            ledger: messaging.ledger, secrets: settings.appSecrets, counters: counters, headers: .security(for: settings), logger: logger)
    }
}
