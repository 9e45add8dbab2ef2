import Foundation
import Logging
import WhatsAppCloudAPI

/// What a look at a file found: a small picture of it, how long it plays, how many pages it has.
struct Look: Sendable {
    struct Picture: Sendable {
        /// WebP, no side longer than `Previews.side`, without anything but pixels.
        let file: URL
        let width: Int
        let height: Int
    }

    var picture: Picture?
    var seconds: Int?
    var pages: Int?

    /// Takes the picture away, unless the store has it by now.
    func discard() {
        if let picture { try? FileManager.default.removeItem(at: picture.file) }
    }
}

/// Looks at files by well-kept programs in processes of their own, which hostile bytes may crash. Without the programs files have no preview
/// and are kept all the same.
public struct Previews: Sendable {
    /// Pixels of the longer side.
    static let side = 720
    private let tools: Toolbox
    private let gate = Gate(2)
    private let logger: Logger

    public init(tools: Toolbox = Toolbox(), logger: Logger) {
        self.tools = tools
        self.logger = logger
    }

    func look(at file: URL, type: FileType, in folder: URL) async -> Look {
        await gate.pass()
        defer { gate.leave() }
        let work = Work(tools: tools, file: file, folder: folder)
        var look = Look()
        switch type.family {
        case .image: look.picture = await attempt { try await work.shrunk(file) }
        case .video:
            look.seconds = await attempt { try await work.seconds() }
            look.picture = await attempt { try await work.firstFrame() }
        case .audio: look.seconds = await attempt { try await work.seconds() }
        case .document where type == .pdf:
            look.pages = await attempt { try await work.pages() }
            look.picture = await attempt { try await work.firstPage() }
        case .document: break
        }
        return look
    }

    /// A recording as WhatsApp plays it as a voice message: Ogg, Opus, one channel (fact sheet, section 4).
    /// - Throws: `SendRefusal.file` when it is no recording, or nothing here can convert one.
    func voiceMessage(from recording: IncomingFile, in folder: URL) async throws -> IncomingFile {
        await gate.pass()
        defer { gate.leave() }
        let made = folder.appending(path: UUID().uuidString.lowercased() + ".ogg")
        defer { try? FileManager.default.removeItem(at: made) }
        do {
            _ = try await tools.run(
                "ffmpeg",
                [
                    "-v", "error", "-nostdin", "-protocol_whitelist", "file", "-i", recording.url.path, "-map", "0:a:0", "-vn", "-ac", "1",
                    "-c:a", "libopus", "-b:a", "32k", "-flags:a", "+bitexact", "-fflags", "+bitexact", "-f", "ogg", made.path,
                ])
        } catch is ToolMissing {
            throw SendRefusal.file("Voice messages cannot be made here: ffmpeg is missing on the server. Attach a sound file instead.")
        } catch let failure as ToolFailed {
            logger.notice("A recording could not be converted", metadata: ["reason": "\(failure)"])
            throw SendRefusal.file("This recording could not be read. Record it again.")
        }
        let voice = try IncomingFile(in: folder)
        try voice.append(Data(contentsOf: made))
        return voice
    }

    private func attempt<T>(_ work: () async throws -> T?) async -> T? {
        do {
            return try await work()
        } catch is ToolMissing {
            return nil
        } catch {
            logger.notice("A file could not be looked at; it is kept without a preview", metadata: ["reason": "\(error)"])
            return nil
        }
    }
}

/// The looks at one file.
private struct Work {
    let tools: Toolbox
    let file: URL
    let folder: URL

    /// The last step of every picture: small, turned upright, and free of what a camera wrote into it (places, names).
    func shrunk(_ picture: URL) async throws -> Look.Picture? {
        let small = folder.appending(path: UUID().uuidString.lowercased() + ".webp")
        do {
            // A sticker may move; its first frame stands for it.
            _ = try await tools.run(
                "vipsthumbnail", [picture.path, "--size", "\(Previews.side)x\(Previews.side)>", "-o", "\(small.path)[Q=78,strip]"])
            let told = try await tools.run("vipsheader", [small.path])
            guard let found = told.firstMatch(of: #/: (\d+)x(\d+) /#), let width = Int(found.1), let height = Int(found.2) else {
                throw ToolFailed(tool: "vipsheader", words: told)
            }
            return Look.Picture(file: small, width: width, height: height)
        } catch {
            try? FileManager.default.removeItem(at: small)
            throw error
        }
    }

    func firstFrame() async throws -> Look.Picture? {
        let frame = folder.appending(path: UUID().uuidString.lowercased() + ".png")
        defer { try? FileManager.default.removeItem(at: frame) }
        _ = try await tools.run(
            "ffmpeg",
            [
                "-v", "error", "-nostdin", "-threads", "1", "-protocol_whitelist", "file", "-f", "mov", "-i", file.path, "-map", "0:v:0",
                "-frames:v", "1", "-vf", "scale='min(\(Previews.side),iw)':-2", frame.path,
            ])
        return try await shrunk(frame)
    }

    func seconds() async throws -> Int? {
        let told = try await tools.run(
            "ffprobe",
            ["-v", "error", "-protocol_whitelist", "file", "-show_entries", "format=duration", "-of", "csv=p=0", file.path])
        guard let seconds = Double(told.trimmingCharacters(in: .whitespacesAndNewlines)), seconds.isFinite, seconds >= 0 else { return nil }
        return max(1, Int(min(seconds, 1_000_000).rounded()))
    }

    func pages() async throws -> Int? {
        let told = try await tools.run("pdfinfo", [file.path])
        return told.firstMatch(of: /Pages:\s+(\d+)/).flatMap { Int($0.1) }
    }

    func firstPage() async throws -> Look.Picture? {
        let page = folder.appending(path: UUID().uuidString.lowercased())
        let picture = page.appendingPathExtension("png")
        defer { try? FileManager.default.removeItem(at: picture) }
        _ = try await tools.run(
            "pdftoppm", ["-f", "1", "-l", "1", "-singlefile", "-scale-to", "\(Previews.side)", "-png", file.path, page.path])
        return try await shrunk(picture)
    }
}
