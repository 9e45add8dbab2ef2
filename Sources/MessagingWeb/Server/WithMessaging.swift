import Foundation
import Logging
import Messaging
import WhatsAppCloudAPI

/// Opens the databases and the product for a command that ends, without loops and addresses. The schema must be up to date.
/// - Throws: what `work` throws; `SchemaOutdated`; `DatabaseError`.
public func withMessaging<Result: Sendable>(
    _ settings: Settings, logger: Logger, _ work: (Messaging) async throws -> Result
) async throws -> Result {
    let databases = try await ServerDatabases.open(settings)
    let httpClient = GraphClient.makeHTTPClient(for: settings.graph)
    do {
        try await databases.check()
        // Such commands seal nothing, so a key that is forgotten at once does where none is set.
        let keys = try settings.tokenKeys ?? TokenKeys(TokenKeys.newKey(id: "none"))
        let messaging = Messaging(
            database: databases.data, ledgerDatabase: databases.ledger,
            graph: GraphClient(settings.graph, httpClient: httpClient, logger: logger), appID: settings.appID, keys: keys, logger: logger)
        let result = try await work(messaging)
        await databases.close()
        try await httpClient.shutdown()
        return result
    } catch {
        await databases.close()
        try? await httpClient.shutdown()
        throw error
    }
}
