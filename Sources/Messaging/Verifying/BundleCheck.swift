import Crypto
import Foundation
import WhatsAppCloudAPI

/// Tells offline whether one byte of a bundle was changed, and where. It needs neither database nor settings, only reads, and holds a piece of
/// the bundle in memory at a time, whatever the bundle claims to be.
public struct BundleCheck {
    private static let longestManifest = 1 << 20, longestSum = 512

    private let file: BundleFile
    private let key: String?
    private var verdict = BundleVerdict()
    private var signer: String?

    /// - Parameters:
    ///   - path: the bundle.
    ///   - key: the installation's public key in base64, from somewhere else than the bundle; without it the bundle's own is used, which
    ///     proves only that the bundle agrees with itself.
    public static func verdict(on path: String, key: String? = nil) -> BundleVerdict {
        do {
            var check = BundleCheck(file: try BundleFile(path), key: key)
            check.run()
            return check.verdict
        } catch let unreadable as BundleFile.Unreadable {
            return .unreadable(unreadable.words)
        } catch {
            return .unreadable("\(error)")
        }
    }

    private init(file: BundleFile, key: String?) {
        (self.file, self.key) = (file, key)
    }

    private mutating func run() {
        var found: [String] = []
        file.walk { if found.count <= BundleVerdict.mostTold { found.append($0) } }
        guard file.entries[BundlePart.manifest] != nil || file.entries[BundlePart.records] != nil else {
            verdict = .unreadable("This is no bundle of ZenRent's. \(found.first ?? "It has no \(BundlePart.manifest).")")
            return
        }
        for words in found { verdict.find(words) }
        let manifest = checkManifest()
        checkParts(manifest)
        if let manifest { checkChain(manifest) }
        verdict.isUnchanged = verdict.findingCount == 0
    }

    private mutating func checkManifest() -> BundleManifest? {
        guard let entry = part(BundlePart.manifest, upTo: Self.longestManifest) else { return nil }
        let bytes = file.read(at: entry.offset, count: entry.bytes)
        // Depth is bounded here; what follows may then be Foundation's.
        let manifest = (try? JSONValue(parsing: bytes)).flatMap { _ in try? JSONDecoder().decode(BundleManifest.self, from: Data(bytes)) }
        checkSignature(of: bytes, own: manifest?.publicKey)
        guard let manifest, manifest.format == BundleManifest.format else {
            verdict.find("\(BundlePart.manifest): it cannot be read, or is of another version than \(BundleManifest.format).")
            return nil
        }
        for entry in file.entries.values.sorted(by: { $0.offset < $1.offset }) where entry.time != manifest.export.seconds {
            verdict.find("The header of \(entry.name) was changed: its time is not the export's.")
        }
        return manifest
    }

    private mutating func checkSignature(of manifest: [UInt8], own: String?) {
        guard let entry = part(BundlePart.signature, upTo: 1_024) else { return }
        let text = String(decoding: file.read(at: entry.offset, count: entry.bytes), as: UTF8.self)
        // One spelling only: base64 has bits that say nothing.
        guard text.hasSuffix("\n"), let signature = Data(base64Encoded: String(text.dropLast())), signature.count == 64,
            signature.base64EncodedString() + "\n" == text
        else { return verdict.find("\(BundlePart.signature): this is no signature.") }
        guard let wanted = key ?? own, let raw = Data(base64Encoded: wanted),
            let publicKey = try? Curve25519.Signing.PublicKey(rawRepresentation: raw)
        else {
            return verdict.find(
                key == nil ? "\(BundlePart.manifest): its key is none." : "The key that was given is none: 32 bytes in base64.")
        }
        signer = wanted
        if let key, let own, key != own {
            verdict.find("\(BundlePart.manifest): it was signed by another key, \(Self.plain(own).prefix(60)), or says so.")
        }
        if !publicKey.isValidSignature(signature, for: Data(manifest)) {
            verdict.find("\(BundlePart.manifest) or \(BundlePart.signature) was changed: the signature does not fit.")
        }
    }

    private mutating func checkParts(_ manifest: BundleManifest?) {
        guard let sums = part(BundlePart.sums, upTo: .max) else { return }
        if let manifest, file.digest(of: sums) != manifest.sums.sha256 {
            verdict.find("\(BundlePart.sums) was changed: its SHA-256 is not the one in \(BundlePart.manifest).")
        }
        var listed: Set = [BundlePart.manifest, BundlePart.signature, BundlePart.sums], verdict = verdict
        let file = file
        // What is named and not there is only counted: a list may name anything.
        file.lines(of: sums, upTo: Self.longestSum) { number, line in
            let text = line.map { String(decoding: $0, as: UTF8.self) } ?? ""
            guard let told = text.wholeMatch(of: /([0-9a-f]{64})  (.+)/), TarArchive.isFit(String(told.2)) else {
                return verdict.find("\(BundlePart.sums), line \(number): this is no digest of a file.")
            }
            let name = String(told.2)
            guard let entry = file.entries[name] else {
                if file.isWhole { verdict.find("\(name) is missing.") }
                return
            }
            guard listed.insert(name).inserted else { return verdict.find("\(BundlePart.sums), line \(number): \(name) comes again.") }
            if file.digest(of: entry) != told.1 { verdict.find("\(name) was changed: it does not fit its line in \(BundlePart.sums).") }
        }
        for name in file.entries.keys.sorted() where !listed.contains(name) {
            verdict.find("\(name) was added: \(BundlePart.sums) does not name it.")
        }
        self.verdict = verdict
    }

    private mutating func checkChain(_ manifest: BundleManifest) {
        guard let records = file.entries[BundlePart.records] else { return }
        var check = ChainCheck(landlord: manifest.landlord.id, ends: manifest.chain), verdict = verdict
        file.lines(of: records, upTo: ChainCheck.longestLine) { number, line in check.take(line, number: number) { verdict.find($0) } }
        check.end { verdict.find($0) }
        if check.records != manifest.counts.records || check.erased != manifest.counts.erased {
            verdict.find(
                "\(BundlePart.records) has \(check.records) records, \(check.erased) of them erased; the manifest names "
                    + "\(manifest.counts.records) and \(manifest.counts.erased).")
        }
        self.verdict = verdict
        tell(manifest, check)
    }

    private mutating func tell(_ manifest: BundleManifest, _ check: ChainCheck) {
        let media = file.entries.keys.filter { $0.hasPrefix(BundlePart.media) }.count
        verdict.contents = [
            "conversation  \(Self.plain(manifest.landlord.name)) with \(Self.plain(manifest.tenant.name)), \(manifest.counts.messages) messages",
            "exported      \(Self.plain(manifest.export.at)) by \(Self.plain(manifest.export.byName))",
            "records       \(check.records), numbers \(manifest.chain.first) to \(manifest.chain.last) of the chain"
                + (check.erased > 0 ? "; \(check.erased) were erased, their places hold" : ""),
            "files         \(media)"
                + (manifest.counts.missingFiles > 0 ? "; \(manifest.counts.missingFiles) could not be had when it was exported" : ""),
            key == nil
                ? "signed by     \(signer ?? "nobody"), as the bundle says itself. Compare it with the installation's key."
                : "signed by     \(signer ?? "nobody")",
        ]
    }

    // A name goes to a terminal.
    private static func plain(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.filter { !$0.properties.generalCategory.isControl }.prefix(200)))
    }

    private mutating func part(_ name: String, upTo limit: Int) -> BundleFile.Entry? {
        guard let entry = file.entries[name] else {
            if file.isWhole { verdict.find("\(name) is missing.") }
            return nil
        }
        guard entry.bytes <= limit else {
            verdict.find("\(name) has \(entry.bytes) bytes; nothing of ours has.")
            return nil
        }
        return entry
    }
}

extension Unicode.GeneralCategory {
    fileprivate var isControl: Bool { [.control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse].contains(self) }
}
