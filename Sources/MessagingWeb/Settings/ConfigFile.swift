import Foundation

/// A file of `KEY=VALUE` lines, as `--config` takes it: comments begin with `#`, values may stand in quotes.
public enum ConfigFile {
    /// - Throws: `SettingsRefused` when the file cannot be read or a line is no pair; each such line is named by its number.
    public static func read(_ path: String) throws(SettingsRefused) -> [String: String] {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            throw SettingsRefused(problems: ["The file \(path) cannot be read. Check its name and rights."])
        }
        return try parse(text)
    }

    static func parse(_ text: String) throws(SettingsRefused) -> [String: String] {
        var values: [String: String] = [:], problems: [String] = []
        for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            let entry = line.trimmingCharacters(in: .whitespaces)
            if entry.isEmpty || entry.hasPrefix("#") { continue }
            let parts = entry.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = parts[0].trimmingCharacters(in: .whitespaces)
            guard parts.count == 2, name.wholeMatch(of: /[A-Z][A-Z0-9_]*/) != nil else {
                problems.append("Line \(index + 1) of the file is not KEY=VALUE.")
                continue
            }
            values[name] = unquoted(parts[1].trimmingCharacters(in: .whitespaces))
        }
        guard problems.isEmpty else { throw SettingsRefused(problems: problems) }
        return values
    }

    private static func unquoted(_ value: String) -> String {
        guard value.count >= 2, let quote = value.first, quote == "\"" || quote == "'", value.last == quote else { return value }
        return String(value.dropFirst().dropLast())
    }
}
