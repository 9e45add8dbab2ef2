extension ErrorCatalogue {
    static let access: [Entry] = []
}
