import ArgumentParser
import Foundation

/// Loads a server with realistic requests and tells how it answered. It shares nothing with the product.
@main
struct LoadGenerator: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "load-generator", abstract: "Puts a server under load, as Meta or as the platform, and prints one line of JSON.",
        subcommands: [Post.self, Probe.self, Streams.self])
}

/// One line of JSON on standard output, at once.
func tell(_ result: some Encodable) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    FileHandle.standardOutput.write(try encoder.encode(result) + Data("\n".utf8))
}
