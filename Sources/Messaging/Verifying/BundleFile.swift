import Crypto
import Foundation

/// A bundle on the disk, read in pieces and never changed. Nothing is unpacked.
final class BundleFile {
    struct Entry: Sendable {
        let name: String
        let offset: Int
        let bytes: Int
        let time: Int
    }

    struct Unreadable: Error {
        let words: String
    }

    /// A file may not claim more parts than this: they are kept in memory.
    private static let mostEntries = 500_000
    private static let piece = 1 << 20

    private let descriptor: Int32
    let size: Int
    private(set) var entries: [String: Entry] = [:]
    /// Whether the archive could be walked to its end.
    private(set) var isWhole = false

    init(_ path: String) throws {
        // A pipe or a device would keep us waiting.
        let opened = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard opened >= 0 else { throw Unreadable(words: "\(path): \(String(cString: strerror(errno))).") }
        var found = stat()
        guard fstat(opened, &found) == 0, found.st_mode & S_IFMT == S_IFREG else {
            close(opened)
            throw Unreadable(words: "\(path) is not a file.")
        }
        (descriptor, size) = (opened, Int(found.st_size))
    }

    deinit { close(descriptor) }

    func read(at offset: Int, count: Int) -> [UInt8] {
        let count = max(0, min(count, size - offset))
        return [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            filled = 0
            while filled < count {
                let got = pread(descriptor, buffer.baseAddress.map { $0 + filled }, count - filled, off_t(offset + filled))
                if got < 0, errno == EINTR { continue }
                guard got > 0 else { return }
                filled += got
            }
        }
    }

    /// Calls back with the bytes of an entry, a piece at a time.
    func pieces(of entry: Entry, _ take: ([UInt8]) -> Void) {
        for start in stride(from: 0, to: entry.bytes, by: Self.piece) {
            take(read(at: entry.offset + start, count: min(Self.piece, entry.bytes - start)))
        }
    }

    func digest(of entry: Entry) -> String {
        var hash = SHA256()
        pieces(of: entry) { hash.update(data: $0) }
        return Array(hash.finalize()).hexadecimal
    }

    /// Walks the headers. What is not as we write it is found; the data is not read yet.
    func walk(_ find: (String) -> Void) {
        var offset = 0
        while true {
            guard offset + TarArchive.block <= size else {
                return find("The archive ends at byte \(size), in the middle of something: its end is missing.")
            }
            let header = read(at: offset, count: TarArchive.block)
            if header.allSatisfy({ $0 == 0 }) { return end(at: offset, find) }
            guard let entry = entry(header, at: offset, find) else { return }
            guard entries.count < Self.mostEntries else {
                return find("The archive has more than \(Self.mostEntries) parts; the rest is not read.")
            }
            if entries.updateValue(entry, forKey: entry.name) != nil { find("\(entry.name) is in the archive twice (byte \(offset)).") }
            let end = entry.offset + entry.bytes, padding = TarArchive.padding(after: entry.bytes)
            guard end + padding <= size else { return find("\(entry.name) is cut off: the archive ends at byte \(size).") }
            if read(at: end, count: padding).contains(where: { $0 != 0 }) {
                find("The bytes after \(entry.name) were changed (byte \(end)).")
            }
            offset = end + padding
        }
    }

    private func end(at offset: Int, _ find: (String) -> Void) {
        let rest = TarArchive.end.count
        isWhole = true
        guard offset + rest == size, read(at: offset, count: rest) == TarArchive.end else {
            return find(
                "The end of the archive was changed: after byte \(offset) \(size - offset) bytes follow instead of \(rest) empty ones.")
        }
    }

    // Nil when there is no way to go on.
    private func entry(_ header: [UInt8], at offset: Int, _ find: (String) -> Void) -> Entry? {
        let name = String(decoding: header.prefix(TarArchive.longestName).prefix { $0 != 0 }, as: UTF8.self)
        guard let bytes = octal(header[124..<136]), let time = octal(header[136..<148]), TarArchive.isFit(name) else {
            find("The header at byte \(offset) was changed, or is none of ours.")
            return nil
        }
        let entry = Entry(name: name, offset: offset + TarArchive.block, bytes: bytes, time: time)
        guard header != TarArchive.header(name: name, bytes: bytes, time: time) else { return entry }
        find("The header of \(name) was changed (byte \(offset)).")
        // Its size may be what was changed: go on only where another header or the end stands.
        let next = entry.offset + bytes + TarArchive.padding(after: bytes)
        let follows = read(at: next, count: TarArchive.block)
        let isHeader =
            follows.count == TarArchive.block && (follows[257..<262].elementsEqual("ustar".utf8) || follows.allSatisfy { $0 == 0 })
        return isHeader ? entry : nil
    }

    // Eleven digits and a zero, as we write them; what does not fit the file is none.
    private func octal(_ field: ArraySlice<UInt8>) -> Int? {
        guard field.last == 0 else { return nil }
        var number = 0
        for byte in field.dropLast() {
            guard (UInt8(ascii: "0")...UInt8(ascii: "7")).contains(byte) else { return nil }
            number = number << 3 | Int(byte - UInt8(ascii: "0"))
        }
        return number
    }
}

extension BundleFile {
    /// Calls back with each line of an entry and its number from 1 on; a line that is longer than `limit` comes as nil, without its bytes.
    func lines(of entry: Entry, upTo limit: Int, _ take: (_ number: Int, _ line: [UInt8]?) -> Void) {
        var line: [UInt8] = [], isTooLong = false, number = 0
        func end() {
            number += 1
            take(number, isTooLong ? nil : line)
            (line, isTooLong) = ([], false)
        }
        pieces(of: entry) { piece in
            for part in piece.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated() {
                if part.offset > 0 { end() }
                if line.count + part.element.count > limit { (line, isTooLong) = ([], true) }
                if !isTooLong { line += part.element }
            }
        }
        // What follows the last line break is a line that was cut.
        if !line.isEmpty || isTooLong { end() }
    }
}
