import Foundation
import PackagePlugin

/// Puts every text file under a target's `Views`, `Assets` and `Migrations` folders into the binary, so that one file is the whole product.
@main
struct EmbedFiles: BuildToolPlugin {
    func createBuildCommands(context: PluginContext, target: any Target) throws -> [Command] {
        let root = target.directoryURL
        let files = ["Assets", "Migrations", "Views"].flatMap { textFiles(under: root.appending(path: $0)) }
        let output = context.pluginWorkDirectoryURL.appending(path: "Embedded.swift")
        return [
            .buildCommand(
                displayName: "Embedding \(files.count) files of \(target.name)",
                executable: try context.tool(named: "embed-files").url,
                arguments: [output.path(), root.path()] + files.map { $0.path() },
                inputFiles: files, outputFiles: [output])
        ]
    }

    private func textFiles(under folder: URL) -> [URL] {
        let found = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: [.isRegularFileKey])
        return (found?.compactMap { $0 as? URL } ?? [])
            .filter {
                (try? $0.resourceValues(forKeys: [.isRegularFileKey]))?.isRegularFile == true && !$0.lastPathComponent.hasPrefix(".")
            }
            .sorted { $0.path() < $1.path() }
    }
}
