/// One view and everything it shows: a page, or a fragment that a page, a form's answer and the live stream share.
///
/// Views read stored properties by name (swift-mustache uses `Mirror`), so every word, time and number is formatted when the
/// value is made and a view only places it. A misspelt name would render as nothing; a test compares views with the samples.
protocol Page: Sendable {
    /// The file under `Views`, without `.mustache`. Fragments begin with `_`.
    static var view: String { get }
    /// The state that shows most of the view.
    static var sample: Self { get }
    /// Further states, so that all samples together reach every section of the view.
    static var variants: [Self] { get }
}

extension Page {
    static var variants: [Self] { [] }
    static var samples: [Self] { [sample] + variants }
}
