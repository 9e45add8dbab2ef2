/// A conversation's labels in the panel, and the form that changes them.
struct LabelBox: Page {
    static let view = "_labels"

    /// One of the landlord's labels.
    struct Choice: Sendable {
        let labelName: String
        let labelField: String
        let hueClass: String
        let isWorn: Bool

        /// - Parameter hue: 0 to 5; the name is always there too.
        init(id: String, name: String, hue: Int, isWorn: Bool) {
            (labelName, labelField, self.isWorn) = (name, LabelBox.field(of: id), isWorn)
            hueClass = "d\(hue)"
        }
    }

    let elementID: String
    let labels: [Choice]
    let worn: [Choice]
    let hasWorn: Bool
    let mayLabel: Bool
    let labelTo: String
    let here: String
    let csrf: String

    /// - Parameter labels: all of the landlord's.
    init(conversation: String, labels: [Choice], mayLabel: Bool = true, csrf: String = "") {
        elementID = "labels-\(conversation)"
        self.labels = labels
        worn = labels.filter(\.isWorn)
        hasWorn = labels.contains(where: \.isWorn)
        (self.mayLabel, self.csrf) = (mayLabel, csrf)
        labelTo = Paths.labels(of: conversation)
        here = labelTo
    }

    /// What the form's field for a label is called.
    static func field(of label: String) -> String { "label.\(label)" }
}
