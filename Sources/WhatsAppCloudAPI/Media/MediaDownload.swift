import AsyncHTTPClient
import Foundation
import NIOCore

/// Why a file's bytes did not come.
public enum DownloadFailure: Error, Sendable, Hashable {
    /// The address has died: a new one must be asked for.
    case addressExpired
    /// There are more bytes than may be taken.
    case tooLarge
    /// The address leads to a host that must not see the token.
    case foreignHost(String)
    /// The host said no.
    case refused(status: Int)
    /// The connection broke or went silent; the same download can be tried again.
    case broken(String)
}

extension GraphClient {
    /// Reads a file's bytes, piece by piece. Redirects are not followed, since they would carry the token elsewhere.
    ///
    /// - Parameters:
    ///   - limit: bytes; more of them end the download.
    ///   - deadline: how long the whole may take, however steadily it drips.
    ///   - take: receives each piece; what it throws is thrown on.
    /// - Throws: ``DownloadFailure``, and what `take` throws.
    public func download(
        _ media: MediaInfo, token: AccessToken, upTo limit: Int, within deadline: Duration = .seconds(300),
        _ take: (ByteBuffer) async throws -> Void
    ) async throws {
        let request = try request(for: media.url, token: token)
        let end = ContinuousClock.now + deadline
        let response = try await begin(request)
        try Self.check(response, limit: limit)
        var pieces = response.body.makeAsyncIterator(), total = 0
        while let piece = try await Self.next(&pieces) {
            total += piece.readableBytes
            guard total <= limit else { throw DownloadFailure.tooLarge }
            guard ContinuousClock.now < end else { throw DownloadFailure.broken("It took longer than \(deadline).") }
            try await take(piece)
        }
    }

    private func begin(_ request: HTTPClientRequest) async throws -> HTTPClientResponse {
        do {
            return try await httpClient.execute(request, timeout: TimeAmount(configuration.requestTimeout))
        } catch {
            throw DownloadFailure.broken(Self.words(for: error))
        }
    }

    private static func check(_ response: HTTPClientResponse, limit: Int) throws(DownloadFailure) {
        switch response.status.code {
        case 200: break
        case 404, 410: throw .addressExpired
        case let status: throw .refused(status: Int(status))
        }
        if let length = response.headers.first(name: "Content-Length").flatMap({ Int($0) }), length > limit { throw .tooLarge }
    }

    private static func next(_ pieces: inout HTTPClientResponse.Body.AsyncIterator) async throws -> ByteBuffer? {
        do {
            return try await pieces.next()
        } catch {
            throw DownloadFailure.broken(words(for: error))
        }
    }

    private func request(for address: String, token: AccessToken) throws(DownloadFailure) -> HTTPClientRequest {
        guard let url = URL(string: address), configuration.mayDownload(from: url) else {
            throw .foreignHost(URL(string: address)?.host() ?? "")
        }
        var request = HTTPClientRequest(url: address)
        request.headers.add(name: "Authorization", value: "Bearer \(token.reveal())")
        // Without a name the media host refuses some clients (fact sheet, section 4).
        request.headers.add(name: "User-Agent", value: "WhatsAppCloudAPI-Swift/1")
        return request
    }

    // An address would show its hash in a log.
    private static func words(for error: any Error) -> String {
        (error as? HTTPClientError)?.shortDescription ?? String(describing: type(of: error))
    }
}

extension GraphConfiguration {
    /// Whether the token may be shown there: by https to a host that is named, and without it only where Meta itself is reached so.
    func mayDownload(from url: URL) -> Bool {
        guard url.user == nil, let host = url.host(), mediaHosts.contains(host) else { return false }
        return url.scheme == "https" || (url.scheme == "http" && baseURL.hasPrefix("http://"))
    }
}
