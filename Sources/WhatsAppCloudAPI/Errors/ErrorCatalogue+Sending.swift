extension ErrorCatalogue {
    static let sending: [Entry] = []
}
