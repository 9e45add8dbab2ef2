/// What the head of a WebP picture tells of it: its size, and whether it moves (the container's format, developers.google.com/speed/webp). Nothing
/// is decoded.
struct StickerShape: Equatable {
    /// WhatsApp takes stickers of this many pixels each way, and of so many bytes (fact sheet, section 4).
    static let side = 512, stillBytes = 100 << 10, movingBytes = 500 << 10
    /// Bytes that are enough to tell.
    static let headLength = 30

    let width: Int
    let height: Int
    let isMoving: Bool

    /// Nil when these bytes do not begin a WebP picture.
    init?(head: [UInt8]) {
        guard head.count >= Self.headLength, FileType(head: head) == .webp else { return nil }
        func number(_ place: Int, _ bytes: Int) -> Int { (0..<bytes).reduce(0) { $0 | Int(head[place + $1]) << (8 * $1) } }
        switch String(decoding: head[12..<16], as: UTF8.self) {
        case "VP8X": (width, height, isMoving) = (number(24, 3) + 1, number(27, 3) + 1, head[20] & 0x02 != 0)
        case "VP8L" where head[20] == 0x2F:
            let bits = number(21, 4)
            (width, height, isMoving) = (bits & 0x3FFF + 1, bits >> 14 & 0x3FFF + 1, false)
        case "VP8 " where Array(head[23..<26]) == [0x9D, 0x01, 0x2A]:
            (width, height, isMoving) = (number(26, 2) & 0x3FFF, number(28, 2) & 0x3FFF, false)
        default: return nil
        }
    }

    /// - Throws: `SendRefusal.file` when WhatsApp would not take it as a sticker, with what to do.
    func check(bytes: Int) throws(SendRefusal) {
        guard width == Self.side, height == Self.side else {
            throw .file(
                "WhatsApp takes WebP as a sticker only, of 512 × 512 points; this one has \(width) × \(height). "
                    + "Save it as JPEG or PNG to send it as a photo.")
        }
        let limit = isMoving ? Self.movingBytes : Self.stillBytes
        guard bytes <= limit else {
            let kind = isMoving ? "a sticker that moves" : "a sticker that stands still"
            throw .file(
                "WhatsApp takes up to \(limit >> 10) KB for \(kind); this one has \((bytes + 1_023) >> 10) KB. Save it with a lower quality."
            )
        }
    }
}
