extension ErrorCatalogue {
    static let numbers: [Entry] = []
}
