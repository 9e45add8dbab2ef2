import Hummingbird
import NIOCore
import Synchronization

/// Room for large bodies from strangers. Whether a body is signed shows only at its end, and anybody may send a thousand of them slowly;
/// so small ones always come in, and large ones share what there is.
final class BodyRoom: Sendable {
    /// What every body may have without asking. Most webhooks are smaller.
    static let free = 16 * 1_024

    private let left: Mutex<Int>

    init(bytes: Int) {
        left = Mutex(bytes)
    }

    fileprivate func take(_ bytes: Int) throws {
        try left.withLock { left in
            guard left >= bytes else {
                throw Refusal.unavailable("Many large bodies are coming in at this moment. Send it again.", retryAfter: 5)
            }
            left -= bytes
        }
    }

    fileprivate func give(_ bytes: Int) {
        left.withLock { $0 += bytes }
    }
}

extension Request {
    /// The body's bytes, as long as there is room for them. Throws `Refusal` with 413 when they are more than `limit`, 503 without room.
    func bytes(upTo limit: Int, in room: BodyRoom) async throws -> ByteBuffer {
        if let announced = headers[.contentLength].flatMap({ Int($0) }), announced > limit { throw Refusal.tooLarge(limit: limit) }
        var whole = ByteBuffer()
        var taken = 0
        defer { room.give(taken) }
        for try await part in body {
            let length = whole.readableBytes + part.readableBytes
            guard length <= limit else { throw Refusal.tooLarge(limit: limit) }
            if length - BodyRoom.free > taken {
                try room.take(length - BodyRoom.free - taken)
                taken = length - BodyRoom.free
            }
            whole.writeImmutableBuffer(part)
        }
        return whole
    }
}
