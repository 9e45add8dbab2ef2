import Foundation

/// The plain form of a tar archive (POSIX ustar) that bundles have: regular files of this header alone, so that every byte of an archive
/// follows from what is in it.
enum TarArchive {
    static let block = 512
    /// What eleven octal digits hold.
    static let largest = 0o77_777_777_777
    static let longestName = 100
    /// Two empty blocks.
    static let end = [UInt8](repeating: 0, count: 2 * block)

    /// The header of a file.
    /// - Parameters:
    ///   - name: at most 100 bytes; see `isFit`.
    ///   - time: seconds since 1970.
    static func header(name: String, bytes: Int, time: Int) -> [UInt8] {
        var header = [UInt8](repeating: 0, count: block)
        func put(_ text: String, at place: Int) { header.replaceSubrange(place..<place + text.utf8.count, with: Array(text.utf8)) }
        put(name, at: 0)
        put("0000644\0", at: 100)
        put("0000000\0", at: 108)
        put("0000000\0", at: 116)
        put(octal(bytes, digits: 11) + "\0", at: 124)
        put(octal(time, digits: 11) + "\0", at: 136)
        put("        ", at: 148)
        put("0", at: 156)
        put("ustar\000", at: 257)
        let sum = header.reduce(0) { $0 + Int($1) }
        put(octal(sum, digits: 6) + "\0 ", at: 148)
        return header
    }

    /// Zeros that fill a file's last block.
    static func padding(after bytes: Int) -> Int { (block - bytes % block) % block }

    /// Names that say where a file lies inside the bundle and nowhere else.
    static func isFit(_ name: String) -> Bool {
        guard name.utf8.count <= longestName, name.wholeMatch(of: /[A-Za-z0-9_][A-Za-z0-9_.-]*(\/[A-Za-z0-9_][A-Za-z0-9_.-]*)*/) != nil
        else { return false }
        return true
    }

    private static func octal(_ number: Int, digits: Int) -> String {
        let text = String(max(0, number), radix: 8)
        return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text.suffix(digits)
    }
}
