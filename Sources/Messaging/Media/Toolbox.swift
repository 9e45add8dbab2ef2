import Foundation
import Subprocess
import Synchronization

/// Programs that this machine has for looking at files and for changing them. Each runs alone, without a network's protocols, behind
/// everything else that wants the processor, and is bounded in time, memory and what it may write.
public struct Toolbox: Sendable {
    /// What one run may take.
    struct Limits: Sendable {
        static let small = Limits(written: 256 << 20, processor: 20, longest: .seconds(30))
        /// For a chapter of a long document, also on a machine that has other things to do.
        static let large = Limits(written: 2 << 30, processor: 240, longest: .seconds(600))

        /// Bytes.
        let memory = 2 << 30
        let written: Int
        /// Seconds of the processor's time.
        let processor: Int
        let longest: Duration
    }

    private static let folders = ["/usr/local/bin", "/usr/bin", "/bin", "/opt/homebrew/bin"]

    /// Programs and the Debian package that brings each.
    public static let known = [
        "vipsthumbnail": "libvips-tools", "ffmpeg": "ffmpeg", "pdftoppm": "poppler-utils", "pdfunite": "poppler-utils",
        "weasyprint": "weasyprint",
    ]

    let folders: [String]

    /// - Parameter folders: where programs are looked for.
    public init(folders: [String]? = nil) {
        self.folders = folders ?? Self.folders
    }

    /// Packages that are missing.
    public var missing: [String] { Set(Self.known.filter { path(of: $0.key) == nil }.values).sorted() }

    /// What the program says, 64 KiB at most.
    /// - Throws: `ToolMissing`, `ToolFailed`.
    func run(_ tool: String, _ arguments: [String], limits: Limits = .small) async throws -> String {
        guard let path = path(of: tool) else { throw ToolMissing(tool: tool) }
        return try await run(tool, at: path, arguments, limits)
    }

    /// Runs a script of ours with the Python that a program of this machine is written for, where its modules are.
    /// - Throws: `ToolMissing`, `ToolFailed`.
    func runPython(of tool: String, script: String, _ arguments: [String], limits: Limits) async throws -> String {
        guard let path = path(of: tool) else { throw ToolMissing(tool: tool) }
        let head = try? FileHandle(forReadingFrom: URL(fileURLWithPath: path)).read(upToCount: 256)
        let line = String(decoding: head ?? Data(), as: UTF8.self).prefix { !$0.isNewline }
        guard let python = line.wholeMatch(of: /#!(\/[^\s]*python[0-9.]*)/)?.output.1 else {
            throw ToolFailed(tool: tool, words: "It does not begin with the path of a Python.")
        }
        return try await run(tool, at: String(python), ["-I", "-c", script] + arguments, limits)
    }

    private func run(_ tool: String, at path: String, _ arguments: [String], _ bounds: Limits) async throws -> String {
        let limits = [
            "-n", "10", "prlimit", "--as=\(bounds.memory)", "--fsize=\(bounds.written)", "--cpu=\(bounds.processor)", "--core=0", path,
        ]
        let environment = Environment.custom([
            "PATH": folders.joined(separator: ":"), "LC_ALL": "C.UTF-8", "VIPS_BLOCK_UNTRUSTED": "1", "VIPS_CONCURRENCY": "1",
        ])
        return try await within(bounds.longest, of: tool) {
            let result = try await Subprocess.run(
                .name("nice"), arguments: Arguments(limits + arguments), environment: environment,
                output: .string(limit: 65_536), error: .string(limit: 65_536))
            guard result.terminationStatus.isSuccess else {
                throw ToolFailed(tool: tool, words: "\(result.terminationStatus): \(result.standardError)")
            }
            return result.standardOutput
        }
    }

    func path(of tool: String) -> String? {
        folders.lazy.map { "\($0)/\(tool)" }.first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    // Cancelling the task ends the program.
    private func within(_ time: Duration, of tool: String, _ work: @escaping @Sendable () async throws -> String) async throws -> String {
        try await withThrowingTaskGroup(of: String.self) { group in
            group.addTask(operation: work)
            group.addTask {
                try await Task.sleep(for: time)
                throw ToolFailed(tool: tool, words: "It took longer than \(time).")
            }
            defer { group.cancelAll() }
            guard let said = try await group.next() else { throw CancellationError() }
            return said
        }
    }
}

/// A program is not installed.
struct ToolMissing: Error, CustomStringConvertible {
    let tool: String
    var description: String { "\(tool) is not installed. On Debian: apt-get install \(Toolbox.known[tool] ?? tool)" }
}

/// A program did not like what it was given.
struct ToolFailed: Error, CustomStringConvertible {
    let tool: String
    let words: String
    var description: String { "\(tool): \(words.prefix(300))" }
}

/// Lets a few through at a time.
final class Gate: Sendable {
    private struct State {
        var free: Int
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state: Mutex<State>

    init(_ places: Int) {
        state = Mutex(State(free: places))
    }

    func pass() async {
        await withCheckedContinuation { continuation in
            let isFree = state.withLock { state in
                guard state.free == 0 else {
                    state.free -= 1
                    return true
                }
                state.waiting.append(continuation)
                return false
            }
            if isFree { continuation.resume() }
        }
    }

    func leave() {
        let next = state.withLock { state in
            guard !state.waiting.isEmpty else {
                state.free += 1
                return nil as CheckedContinuation<Void, Never>?
            }
            return state.waiting.removeFirst()
        }
        next?.resume()
    }
}
