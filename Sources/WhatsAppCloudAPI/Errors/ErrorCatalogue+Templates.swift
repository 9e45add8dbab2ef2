extension ErrorCatalogue {
    static let templates: [Entry] = []
}
