import Crypto
import Foundation
import NIOCore

/// Requests rendered and signed before the clock starts, so that making them costs nothing while it runs.
struct Requests: Sendable {
    private static let slabBytes = 64 * 1_048_576

    private var slabs: [ByteBuffer] = []
    private var places: [(slab: Int, offset: Int, length: Int)] = []

    var count: Int { places.count }

    subscript(index: Int) -> ByteBuffer {
        let place = places[index]
        return slabs[place.slab].getSlice(at: place.offset, length: place.length) ?? ByteBuffer()
    }

    /// Webhook bodies with `perBody` events each, signed as Meta signs.
    static func webhooks(_ events: Events, from first: Int, count: Int, perBody: Int, target: Target) -> Requests {
        let key = SymmetricKey(data: Data(events.world.appSecret.utf8))
        var requests = Requests()
        for number in 0..<count {
            let body = Data(body(events, from: first + number * perBody, count: perBody).utf8)
            let signature = HMAC<SHA256>.authenticationCode(for: body, using: key).map { Self.hex[Int($0)] }.joined()
            requests.add(
                head: "POST \(target.path) HTTP/1.1\r\nHost: \(target.authority)\r\nAccept: */*\r\nUser-Agent: facebookexternalua\r\n"
                    + "Content-Type: application/json\r\nX-Hub-Signature-256: sha256=\(signature)\r\nContent-Length: \(body.count)\r\n\r\n",
                body: body)
        }
        return requests
    }

    /// Calls of the product's API: a text to somebody who has written lately.
    static func sends(_ world: World, series: String, from first: Int, count: Int, target: Target) -> Requests {
        var requests = Requests()
        for place in first..<first + count {
            let line = world.lines[place % world.lines.count]
            let person = Somebody(place / world.lines.count, of: line)
            let body = Data(
                (#"{"to":"+\#(person.number)","clientMessageId":"\#(series)-\#(place)","type":"text","#
                    + #""text":{"body":"\#(Words.answered(place))"}}"#).utf8)
            requests.add(
                head: "POST \(target.path) HTTP/1.1\r\nHost: \(target.authority)\r\nAuthorization: Bearer \(line.token ?? "")\r\n"
                    + "Content-Type: application/json\r\nContent-Length: \(body.count)\r\n\r\n",
                body: body)
        }
        return requests
    }

    // One entry per account, as Meta groups them.
    private static func body(_ events: Events, from first: Int, count: Int) -> String {
        var entries: [(waba: String, changes: [String])] = []
        for place in first..<first + count {
            let (line, change) = events.change(place)
            if let position = entries.firstIndex(where: { $0.waba == line.wabaId }) {
                entries[position].changes.append(change)
            } else {
                entries.append((line.wabaId, [change]))
            }
        }
        let text = entries.map { #"{"id":"\#($0.waba)","changes":[\#($0.changes.joined(separator: ","))]}"# }.joined(separator: ",")
        return #"{"object":"whatsapp_business_account","entry":[\#(text)]}"#
    }

    private mutating func add(head: String, body: Data) {
        let length = head.utf8.count + body.count
        if slabs.isEmpty || slabs[slabs.count - 1].writableBytes < length {
            slabs.append(ByteBufferAllocator().buffer(capacity: max(Self.slabBytes, length)))
        }
        let slab = slabs.count - 1
        places.append((slab, slabs[slab].writerIndex, length))
        slabs[slab].writeString(head)
        slabs[slab].writeBytes(body)
    }

    private static let hex = (0..<256).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }
}

/// Where requests go.
struct Target: Sendable {
    let host: String
    let port: Int
    /// With its query.
    let path: String

    init?(_ address: String) {
        guard let url = URL(string: address), url.scheme == "http", let host = url.host, let port = url.port else { return nil }
        (self.host, self.port) = (host, port)
        path = (url.path.isEmpty ? "/" : url.path) + (url.query.map { "?" + $0 } ?? "")
    }

    var authority: String { "\(host):\(port)" }
}
