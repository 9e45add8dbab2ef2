import Crypto
import Foundation
import Subprocess
import WhatsAppCloudAPI

/// Brings files to a bucket and back. The program `curl` signs (AWS Signature Version 4) and transfers.
struct S3Transfer: Sendable {
    private static let digestOfNothing = MediaDigest(SHA256.hash(data: Data())).hexadecimal

    let bucket: S3Bucket
    let tools: Toolbox

    /// - Parameter digest: SHA-256 of the file; S3 refuses other bytes.
    func put(_ file: URL, as key: MediaKey, digest: String) async throws {
        let answer = file.appendingPathExtension("answer")
        defer { try? FileManager.default.removeItem(at: answer) }
        let status = try await ask(arguments(for: key, digest: digest, sending: file, answerIn: answer))
        guard status == 200 else { throw await refusal(status, answer) }
    }

    /// - Throws: `MediaMissing` when it is not in the bucket.
    func get(_ key: MediaKey, into file: URL) async throws {
        let status = try await ask(arguments(for: key, digest: Self.digestOfNothing, answerIn: file))
        guard status != 200 else { return }
        let refused = await refusal(status, file)
        if refused.isMissing { throw MediaMissing(path: key.path) }
        throw refused
    }

    /// What is not in the bucket is deleted already.
    func delete(_ key: MediaKey) async throws {
        let answer = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).answer")
        defer { try? FileManager.default.removeItem(at: answer) }
        let status = try await ask(["--request", "DELETE"] + arguments(for: key, digest: Self.digestOfNothing, answerIn: answer))
        guard status != 200, status != 204 else { return }
        let refused = await refusal(status, answer)
        if !refused.isMissing { throw refused }
    }

    func arguments(for key: MediaKey, digest: String, sending file: URL? = nil, answerIn answer: URL) -> [String] {
        var arguments = [
            // Nobody's .curlrc; the bucket's key comes by standard input, since everybody on the machine can see command lines.
            "--disable", "--config", "-",
            "--silent", "--show-error", "--write-out", "%{http_code}", "--output", answer.path,
            "--proto", "=https,http", "--http1.1", "--globoff", "--retry", "0",
            // Whatever moves less than a kibibyte a second for 20 seconds stands still.
            "--connect-timeout", "10", "--speed-limit", "1024", "--speed-time", "20", "--max-time", "300",
            "--aws-sigv4", "aws:amz:\(bucket.region):s3", "--header", "x-amz-content-sha256: \(digest)",
        ]
        if let file { arguments += ["--upload-file", file.path] }
        return arguments + ["--url", bucket.address(of: key)]
    }

    /// The answer's status. Without `--fail` every answer of S3 is a success to `curl`, and what it says is kept.
    private func ask(_ arguments: [String]) async throws -> Int {
        let result = try await Subprocess.run(
            .name("curl"), arguments: Arguments(arguments), environment: .custom(["PATH": tools.folders.joined(separator: ":")]),
            input: .string(bucket.credentials), output: .string(limit: 1_024), error: .string(limit: 65_536))
        guard result.terminationStatus.isSuccess, let status = Int(result.standardOutput) else {
            let words = result.standardError.trimmingCharacters(in: .whitespacesAndNewlines)
            throw S3TransferFailed(words: words.isEmpty ? "\(result.terminationStatus)" : words)
        }
        return status
    }

    // Only the code of S3's words: the others repeat what was asked, with the key's ID.
    private func refusal(_ status: Int, _ answer: URL) async -> S3Refused {
        let words = try? await onDisk { try FileHandle(forReadingFrom: answer).read(upToCount: 4_096) }
        let code = String(decoding: words ?? Data(), as: UTF8.self).firstMatch(of: /<Code>([A-Za-z]{1,60})<\/Code>/)
        return S3Refused(status: status, code: code.map { String($0.1) })
    }
}

/// S3 has answered, and does not do what it was asked.
struct S3Refused: Error, CustomStringConvertible {
    let status: Int
    /// S3's word for it, such as `SignatureDoesNotMatch`.
    let code: String?

    var isMissing: Bool { status == 404 && code != "NoSuchBucket" }

    var description: String { "S3 refused (\(status)\(code.map { " \($0)" } ?? "")): \(remedy)" }

    private var remedy: String {
        switch (status, code) {
        case (_, "NoSuchBucket"?): "make the bucket, or check MEDIA_STORE and S3_ENDPOINT."
        case (_, "RequestTimeTooSkewed"?): "set this machine's clock."
        case (401, _), (403, _): "check S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY and the bucket's policy."
        case (408, _), (429, _), (500..., _): "it has trouble of its own, and is asked again."
        default: "check S3_ENDPOINT and S3_REGION."
        }
    }
}

/// `curl` had no answer of S3.
struct S3TransferFailed: Error, CustomStringConvertible {
    let words: String
    var description: String {
        "A file could not be brought to S3 or back: \(words.prefix(300)). Check S3_ENDPOINT, the network and the disk; S3 is asked again."
    }
}
