import Foundation

// Arguments: output file, root folder, files. Paths in the table are relative to the root.
let output = CommandLine.arguments[1]
let root = CommandLine.arguments[2]
var source =
    "/// The text files of this target's folders, by path relative to the target.\nenum Embedded {\n    static let files: [String: String] = [\n"
for path in CommandLine.arguments.dropFirst(3) {
    let text = try String(contentsOfFile: path, encoding: .utf8)
    let name = String(path.dropFirst(root.count).drop { $0 == "/" })
    source += "        \(name.debugDescription): ###\"\"\"\n\(text)\n\"\"\"###,\n"
}
source += CommandLine.arguments.count > 3 ? "    ]\n}\n" : "    :]\n}\n"
try source.write(toFile: output, atomically: true, encoding: .utf8)
