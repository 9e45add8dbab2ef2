import Foundation
import Logging
import SQLDatabase
import WhatsAppCloudAPI

/// Asks Meta a few times a day how each connected number stands. Its throughput level decides how fast it may send, and a webhook that told
/// of a new one may have got lost.
struct LineChecks: Sendable {
    /// Between two looks at one line.
    static let interval: TimeInterval = 6 * 3_600
    private static let mostAtOnce = 20

    let database: any Database
    let graph: GraphClient
    let keys: TokenKeys
    let hub: EventHub
    let calls: MetaCalls
    let leases: LeaseClock
    let logger: Logger

    func run() async {
        while !Task.isCancelled {
            try? await Task.sleep(for: .seconds(60))
            guard !Task.isCancelled else { return }
            do {
                while try await checkSome() == Self.mostAtOnce {}
            } catch {
                logger.error("Lines could not be checked", metadata: ["error": "\(error)"])
            }
        }
    }

    /// Checks the lines that have gone unchecked the longest. Answers how many were due.
    func checkSome() async throws -> Int {
        let leases = leases
        let due = try await database.write { db in try Self.claim(on: db, now: try leases.now(on: db)) }
        for line in due {
            guard let sealed = line.tokenSealed, let token = try? keys.open(sealed, for: tokenRow(line.landlordId, line.accountId)) else {
                continue
            }
            await check(line, AccessToken(token))
        }
        return due.count
    }

    private func check(_ line: DueCheck, _ token: AccessToken) async {
        do throws(GraphFailure) {
            let info = try await graph.phoneNumber(PhoneNumberID(rawValue: line.phoneNumberId), token: token)
            calls.ended(.lineCheck, nil)
            await note(info, of: line)
        } catch {
            calls.ended(.lineCheck, error)
            logger.warning("Meta did not say how a number stands", metadata: ["line": "\(line.lineId)", "failure": "\(error)"])
        }
    }

    private func note(_ info: PhoneNumberInfo, of line: DueCheck) async {
        do {
            let leases = leases
            let isNews = try await database.write { db in
                let rows = LandlordRows(line.landlordId, db)
                guard try rows.note(info, of: line.lineId) else { return false }
                try rows.publish([.account(line.lineId)], now: try leases.now(on: db))
                return true
            }
            guard isNews else { return }
            await hub.wake([line.landlordId])
        } catch {
            logger.error("How a number stands was not noted", metadata: ["line": "\(line.lineId)", "error": "\(error)"])
        }
    }

    private static func claim(on db: any Connection, now: Date) throws -> [DueCheck] {
        try db.all(
            DueCheck.self,
            """
            WITH claimed AS MATERIALIZED (
                SELECT landlord_id, line_id FROM lines WHERE status = 'connected' AND checked_at < \(now - interval)
                ORDER BY checked_at LIMIT \(mostAtOnce) \(SQL.skipLocked))
            UPDATE lines SET checked_at = \(now) WHERE (landlord_id, line_id) IN (SELECT landlord_id, line_id FROM claimed)
            RETURNING landlord_id, line_id, phone_number_id, account_id, (
                SELECT a.token_sealed FROM accounts a
                WHERE a.landlord_id = lines.landlord_id AND a.account_id = lines.account_id AND a.status = 'connected') AS token_sealed
            """)
    }
}

private struct DueCheck: Decodable, Sendable {
    let landlordId: Landlord.ID
    let lineId: Line.ID
    let phoneNumberId: String
    let accountId: String
    let tokenSealed: String?
}

extension LandlordRows {
    /// Keeps what Meta says of a line's number. Answers whether anything is new.
    func note(_ info: PhoneNumberInfo, of line: Line.ID) throws -> Bool {
        try db.execute(
            """
            UPDATE lines SET throughput = \(info.throughputLevel), quality_rating = \(info.qualityRating),
                verified_name = COALESCE(\(info.verifiedName), verified_name)
            WHERE landlord_id = \(landlord) AND line_id = \(line) AND (COALESCE(throughput, '') <> \(info.throughputLevel ?? "")
                OR COALESCE(quality_rating, '') <> \(info.qualityRating ?? "")
                OR COALESCE(verified_name, '') <> COALESCE(\(info.verifiedName), verified_name, ''))
            """) == 1
    }
}
