import AsyncHTTPClient
import Foundation
import NIOCore

/// One signed POST to the callback URL.
struct Shipment: Sendable {
    enum Seal: Sendable { case right, wrong, missing }

    let ids: [Int]
    let url: String
    let body: String
    let attempt: Int
    let seal: Seal
}

extension Simulator {
    /// Sends what is due until the task is cancelled.
    func deliverWebhooks() async {
        wake.yield()
        await withDiscardingTaskGroup { group in
            var alarm: Date?
            for await _ in wakeups {
                while let shipment = nextShipment() {
                    group.addTask { await self.deliver(shipment) }
                }
                let now = Date()
                // One sleeper at a time, unless something is due before it wakes.
                guard let next = world.webhooks.nextDue(), next > now, alarm.map({ $0 <= now || next < $0 }) ?? true else { continue }
                alarm = next
                group.addTask { [wake] in
                    try? await Task.sleep(for: .seconds(max(0.001, next.timeIntervalSinceNow)))
                    wake.yield()
                }
            }
            group.cancelAll()
        }
    }

    private func deliver(_ shipment: Shipment) async {
        let start = ContinuousClock.now
        let (status, problem) = await post(shipment)
        finish(shipment, status: status)
        deliveries.add(
            RecordedDelivery(
                time: now, url: shipment.url, body: shipment.body, attempt: shipment.attempt, status: status, problem: problem,
                milliseconds: Int((ContinuousClock.now - start) / .milliseconds(1))))
        await persist()
    }

    private nonisolated func post(_ shipment: Shipment) async -> (status: Int, problem: String?) {
        var request = HTTPClientRequest(url: shipment.url)
        request.method = .POST
        request.headers.add(name: "Content-Type", value: "application/json")
        request.headers.add(name: "User-Agent", value: "facebookexternalua")
        if shipment.seal != .missing {
            let secret = shipment.seal == .right ? configuration.appSecret : "somebody else"
            request.headers.add(name: "X-Hub-Signature-256", value: "sha256=" + Signature.sha256(of: shipment.body.utf8, secret: secret))
            request.headers.add(name: "X-Hub-Signature", value: "sha1=" + Signature.sha1(of: shipment.body.utf8, secret: secret))
        }
        request.body = .bytes(ByteBuffer(string: shipment.body))
        do {
            let response = try await HTTPClient.shared.execute(request, timeout: .seconds(20))
            _ = try? await response.body.collect(upTo: 64 * 1_024)
            return (Int(response.status.code), nil)
        } catch {
            return (0, "\(error)")
        }
    }

    /// Meta's check of a callback URL: the challenge must come back.
    nonisolated func verifyCallback(_ address: String, token: String) async throws(GraphRefusal) {
        let challenge = String(Int.random(in: 100_000_000...999_999_999))
        let separator = address.contains("?") ? "&" : "?"
        let quoted = token.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
        let url = address + separator + "hub.mode=subscribe&hub.challenge=\(challenge)&hub.verify_token=\(quoted)"
        let answer = try? await HTTPClient.shared.execute(HTTPClientRequest(url: url), timeout: .seconds(5))
        let body = try? await answer?.body.collect(upTo: 4_096)
        guard answer?.status == .ok, body.map({ String(buffer: $0) }) == challenge else {
            throw .parameter(
                "The callback URL or verify token couldn't be validated. Please verify the provided information or try again later.")
        }
    }
}
