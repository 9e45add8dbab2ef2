import Foundation
import Messaging

extension OperatorPage {
    static let sample = OperatorPage(
        ready: .ok, refusedAt: nil, figures: .troubled, isFollowed: true, words: TimeWords(now: Cast.words.now, timeZone: .gmt))

    static let variants = [
        shown(.calm), shown(.behind), shown(.refusing, refusedAt: Cast.words.now - 190), shown(nil), shown(nil, ready: .unavailable),
        shown(.calm, ready: .draining),
    ]

    private static func shown(_ figures: Figures?, ready: ReadyStatus = .ok, refusedAt: Date? = nil) -> OperatorPage {
        OperatorPage(
            ready: ready, refusedAt: refusedAt, figures: figures, isFollowed: false, words: TimeWords(now: Cast.words.now, timeZone: .gmt))
    }
}

extension OperatorPage.Figures {
    fileprivate static let calm = figures()
    fileprivate static let refusing = figures(refused: 212)
    fileprivate static let behind = figures(waiting: 48_120, oldest: 194, arriving: 3_412, applying: 2_140)
    fileprivate static let troubled = figures(
        waiting: 3, oldest: 0.3, arriving: 6.4, applying: 6.3, replaying: 1_204,
        parked: [
            .init(reason: "failed", count: 1, oldest: Cast.moment("2026-11-23T14:02:11Z")),
            .init(reason: "unknownLine", count: 14, oldest: Cast.moment("2026-11-21T09:31:00Z")),
            .init(reason: "unknownTarget", count: 2, oldest: Cast.moment("2026-11-23T15:58:40Z")),
        ],
        setAside: [
            .init(
                eventId: "019ac1f2-7b3e-7c41-9a55-0d2f6f1b8e22.3", receivedAt: Cast.moment("2026-11-23T14:02:11Z"),
                error: "Part 0: A value breaks the rule messages_direction_check of its table. Correct the value."),
            .init(
                eventId: "019ab7d0-11c2-7e8d-b2c4-5e0a44f0917b.0", receivedAt: Cast.moment("2026-11-21T16:40:02Z"),
                error:
                    "The body is not JSON: the text ends too early at byte 412. The body was kept; replay it once its kind is understood."),
        ])

    private static func figures(
        waiting: Int = 0, oldest: Double? = nil, refused: Int = 0, arriving: Double = 12.4, applying: Double = 12.4, replaying: Int = 0,
        parked: [LedgerStatus.Waiting] = [], setAside: [LedgerStatus.SetAside] = []
    ) -> Self {
        var sending = SendingFigures(), counted = LedgerFigures.Reading()
        (sending.ready, sending.calling, sending.behind, sending.oldestSeconds) = (waiting > 100 ? 4_210 : 2, 6, 3, 0.4)
        sending.slowedLines = parked.isEmpty ? 0 : 1
        (counted.stored, counted.applied, counted.refused) = (1_204_310, 1_204_307, refused)
        let ledger = LedgerStatus(
            waiting: waiting, oldestSeconds: oldest, replaying: replaying, arriving: arriving, applying: applying,
            setAside: setAside.count, parked: parked.reduce(0) { $0 + $1.count }, parkedBy: parked, lastSetAside: setAside)
        return Self(ledger: ledger, sending: sending, counted: counted, liveStreams: 38)
    }
}
