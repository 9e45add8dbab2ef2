import Foundation

/// A chapter of a conversation on paper. It is never served: a program makes a PDF of it, and finds everything in it that it needs.
struct TranscriptPage: Page {
    static let view = "transcript"

    struct Fact: Sendable { let factName: String, factValue: String }
    struct Head: Sendable { let title: String, facts: [Fact], note: String }
    struct Day: Sendable { let dayWords: String, lines: [Line] }
    struct Foot: Sendable { let endWords: String, chainWords: String }
    struct Picture: Sendable { let picture: String, pictureWords: String }

    /// One message.
    struct Line: Sendable {
        let side: String
        let time: String
        let speaker: String
        var quote: String?
        /// What kind it is, where it is no text.
        var label: String?
        /// What was typed, in pieces that a program sets in little time.
        var words: [String] = []
        var details: [String] = []
        var picture: Picture?
        /// What became of it: ticks, changes, reactions.
        var notes: [String] = []
    }

    let documentTitle: String
    /// Stands at the foot of every page.
    let running: String
    let head: Head?
    let days: [Day]
    let foot: Foot?

    static let sample = TranscriptPage(
        documentTitle: "Conversation with Nadia Rahman", running: "Brandt Lettings · Nadia Rahman",
        head: Head(
            title: "Conversation with Nadia Rahman", facts: [Fact(factName: "Home", factValue: "12 Elm Road, flat 4B")],
            note: "Times are those of Europe/London."),
        days: [
            Day(
                dayWords: "Monday 23 November 2026",
                lines: [
                    Line(
                        side: "in", time: "10:41:09", speaker: "Nadia Rahman", quote: "Olga: Is it below 1?", label: "Photo",
                        words: ["It is at 0.4"], details: ["boiler.jpg"], picture: Picture(picture: "UklGRg==", pictureWords: "Photo"),
                        notes: ["Nadia reacted with 👍"])
                ])
        ],
        foot: Foot(endWords: "End of the conversation, 3 messages.", chainWords: "Newest record: number 12."))
    static let variants = [
        TranscriptPage(
            documentTitle: "Conversation with Tom", running: "Brandt Lettings · Tom", head: nil,
            days: [Day(dayWords: "Monday", lines: [Line(side: "out", time: "10:00:00", speaker: "Olga", words: ["Hello"])])], foot: nil)
    ]
}
