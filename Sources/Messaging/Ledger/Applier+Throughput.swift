import Foundation
import WhatsAppCloudAPI

extension Applier {
    /// Meta lets a number send faster from now on. A number that nobody has connected yet tells its level when it is.
    mutating func take(_ update: PhoneQualityUpdate, _ item: LedgerItem) throws {
        applied.append(item)
        guard update.event == "THROUGHPUT_UPGRADE", let waba = item.item.wabaID, let shown = item.item.displayPhoneNumber else { return }
        let digits = shown.filter { $0.isASCII && $0.isNumber }
        try db.execute(
            """
            UPDATE lines SET throughput = 'HIGH'
            WHERE waba_id = \(waba.rawValue) AND phone_number = \("+" + digits) AND status <> 'disconnected'
            """)
    }
}
