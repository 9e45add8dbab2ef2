import Foundation

/// All files by ID. When they hold too much together, the oldest go.
struct MediaShelf: Sendable {
    private let mostBytes: Int
    private let mostFiles: Int
    private var files: [String: Media] = [:]
    /// IDs in the order of their coming.
    private var order: [String] = []
    /// How many files have the same bytes, which are kept once.
    private var uses: [Data: Int] = [:]
    /// What all files hold together.
    private(set) var bytes = 0

    init(mostBytes: Int = 256 << 20, mostFiles: Int = 20_000) {
        self.mostBytes = mostBytes
        self.mostFiles = mostFiles
    }

    subscript(id: String) -> Media? { files[id] }

    /// The file, unless its ID is dead.
    func living(_ id: String, at now: Date) -> Media? { files[id].flatMap { now < $0.diesAt ? $0 : nil } }

    var digests: Set<Data> { Set(uses.keys) }

    /// Answers the digests of bytes that no file has any more, since the oldest made room.
    mutating func add(_ media: Media) -> [Data] {
        files[media.id] = media
        order.append(media.id)
        uses[media.sha256, default: 0] += 1
        if uses[media.sha256] == 1 { bytes += media.size }
        var freed: [Data] = []
        while order.count > 1, bytes > mostBytes || order.count > mostFiles {
            if let digest = dropOldest() { freed.append(digest) }
        }
        return freed
    }

    /// The API does not know the ID from now on.
    mutating func expire(_ id: String) { files[id]?.diesAt = .distantPast }

    private mutating func dropOldest() -> Data? {
        guard let media = files.removeValue(forKey: order.removeFirst()) else { return nil }
        let left = (uses[media.sha256] ?? 1) - 1
        uses[media.sha256] = left > 0 ? left : nil
        guard left <= 0 else { return nil }
        bytes -= media.size
        return media.sha256
    }
}

extension MediaShelf: Codable {
    init(from decoder: any Decoder) throws {
        self.init()
        for media in try [Media](from: decoder) { _ = add(media) }
    }

    func encode(to encoder: any Encoder) throws {
        try order.compactMap { files[$0] }.encode(to: encoder)
    }
}

extension KeyedDecodingContainer {
    /// A world that was saved before there were media has none.
    func decode(_ type: MediaShelf.Type, forKey key: Key) throws -> MediaShelf {
        try decodeIfPresent(type, forKey: key) ?? MediaShelf()
    }
}
