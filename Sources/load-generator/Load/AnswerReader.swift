import NIOCore

/// Reads HTTP/1.1 answers with a Content-Length as far as the benchmark needs them: the status, and where each ends.
struct AnswerReader {
    /// An answer that cannot be read that way, such as a chunked one.
    struct Unreadable: Error {}

    private var buffer = ByteBuffer()

    mutating func add(_ bytes: inout ByteBuffer) {
        if buffer.readableBytes == 0 { buffer = bytes } else { buffer.writeBuffer(&bytes) }
    }

    /// The status of the next complete answer; nil while more must come.
    mutating func next() throws -> Int? {
        guard let found = try buffer.withUnsafeReadableBytes(Self.parse), found.length <= buffer.readableBytes else { return nil }
        buffer.moveReaderIndex(forwardBy: found.length)
        return found.status
    }

    private static func parse(_ bytes: UnsafeRawBufferPointer) throws -> (status: Int, length: Int)? {
        guard let end = headEnd(bytes) else { return nil }
        let status = (9..<12).reduce(0) { $0 * 10 + Int(bytes[$1]) - 48 }
        guard let length = contentLength(UnsafeRawBufferPointer(rebasing: bytes[..<end])) else { throw Unreadable() }
        return (status, end + length)
    }

    private static func headEnd(_ bytes: UnsafeRawBufferPointer) -> Int? {
        guard bytes.count >= 16 else { return nil }
        for position in 12...(bytes.count - 4)
        where bytes[position] == 13 && bytes[position + 1] == 10 && bytes[position + 2] == 13 && bytes[position + 3] == 10 {
            return position + 4
        }
        return nil
    }

    // A line that begins with c or C and has its colon after 14 characters can only be this one.
    private static func contentLength(_ head: UnsafeRawBufferPointer) -> Int? {
        var position = 0
        while position + 16 < head.count {
            if head[position] == 10, head[position + 1] | 32 == 99, head[position + 15] == 58, head[position + 9] | 32 == 108 {
                var value = 0
                for byte in head[(position + 16)...] {
                    if byte == 13 { return value }
                    if byte != 32 { value = value * 10 + Int(byte) - 48 }
                }
            }
            position += 1
        }
        return nil
    }
}
