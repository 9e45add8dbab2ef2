import Foundation
import Hummingbird

/// Baseline B of the benchmarks: the product's web framework, answering an empty 200 to whatever is posted to the webhook's address.
@main
struct EmptyServer {
    static func main() async throws {
        let router = Router()
        router.post("/webhook/whatsapp") { request, _ in
            _ = try await request.body.collect(upTo: 4 * 1_048_576)
            return Response(status: .ok)
        }
        let application = Application(
            router: router, configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: {
                FileHandle.standardOutput.write(Data("ready http://127.0.0.1:\($0.localAddress?.port ?? 0)\n".utf8))
            })
        try await application.runService()
    }
}
