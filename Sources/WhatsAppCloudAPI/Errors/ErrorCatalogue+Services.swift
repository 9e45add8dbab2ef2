extension ErrorCatalogue {
    static let services: [Entry] = []
}
