import Crypto
import Foundation
import SQLDatabase
import WhatsAppCloudAPI

/// Makes a bundle: a tar archive of records, files, digests of all parts and a signature. Parts are written to the disk one after another, so
/// that the longest conversation needs no more memory than a page of it.
struct BundleWriter {
    let subject: ExportSubject
    let database: any Database
    let store: any MediaStore
    let key: ProofKey
    let folder: URL
    let progress: ExportProgress

    private struct Part {
        let name: String
        let file: URL
        let bytes: Int
        let digest: String
    }

    func write() async throws -> IncomingFile {
        let url = folder.appending(path: BundlePart.records)
        var summary = try await BundleRecords(subject: subject, database: database).write(to: url, progress: progress)
        var parts = [
            try await part(BundlePart.words, text: BundlePart.explanation),
            try await onDisk { try Self.part(BundlePart.records, url) },
        ]
        for file in summary.files {
            guard let part = try await part(file.digest, file.type) else {
                summary.counts.missingFiles += 1
                continue
            }
            parts.append(part)
        }
        let sums = parts.map { BundlePart.sumLine($0.digest, $0.name) }.joined()
        let manifest = manifest(summary, sums: sums, files: parts.count)
        let bytes = try manifest.encoded
        let signature = Data(try key.signature(of: bytes)).base64EncodedString() + "\n"
        let head = [
            try await part(BundlePart.manifest, text: String(decoding: bytes, as: UTF8.self)),
            try await part(BundlePart.signature, text: signature), try await part(BundlePart.sums, text: sums),
        ]
        return try await archive(head + parts, time: manifest.export.seconds)
    }

    private func archive(_ parts: [Part], time: Int) async throws -> IncomingFile {
        let archive = try IncomingFile(in: store.incoming)
        do {
            for part in parts {
                // A cache may have let it go meanwhile.
                let file = part.name.hasPrefix(BundlePart.media) ? try await store.file(MediaKey(landlord, digest: part.digest)) : part.file
                try await onDisk { try Self.add(part, from: file, to: archive, time: time) }
            }
            try archive.append(TarArchive.end)
            return archive
        } catch {
            archive.discard()
            throw error
        }
    }

    private var landlord: Landlord.ID { subject.landlord.landlordID }

    private static func add(_ part: Part, from url: URL, to archive: IncomingFile, time: Int) throws {
        guard part.bytes <= TarArchive.largest else { throw DiskRefused(path: part.name, code: EFBIG) }
        try archive.append(TarArchive.header(name: part.name, bytes: part.bytes, time: time))
        let file = try FileHandle(forReadingFrom: url)
        defer { try? file.close() }
        var hash = SHA256(), bytes = 0
        while let piece = try file.read(upToCount: 1 << 20), !piece.isEmpty {
            hash.update(data: piece)
            bytes += piece.count
            try archive.append(piece)
        }
        guard bytes == part.bytes, Array(hash.finalize()).hexadecimal == part.digest else { throw MediaChanged(path: part.name) }
        try archive.append([UInt8](repeating: 0, count: TarArchive.padding(after: bytes)))
    }

    private func part(_ name: String, text: String) async throws -> Part {
        let url = folder.appending(path: name)
        return try await onDisk {
            try Data(text.utf8).write(to: url)
            return try Self.part(name, url)
        }
    }

    private static func part(_ name: String, _ url: URL) throws -> Part {
        let file = try FileHandle(forReadingFrom: url)
        defer { try? file.close() }
        var hash = SHA256(), bytes = 0
        while let piece = try file.read(upToCount: 1 << 20), !piece.isEmpty {
            hash.update(data: piece)
            bytes += piece.count
        }
        return Part(name: name, file: url, bytes: bytes, digest: Array(hash.finalize()).hexadecimal)
    }

    /// A message's file; nil when it is missing from the store.
    private func part(_ digest: String, _ type: FileType) async throws -> Part? {
        do {
            let url = try await store.file(MediaKey(landlord, digest: digest))
            let bytes = try url.resourceValues(forKeys: [.fileSizeKey]).fileSize ?? 0
            return Part(name: "\(BundlePart.media)\(digest).\(type.fileExtension)", file: url, bytes: bytes, digest: digest)
        } catch is MediaMissing {
            return nil
        }
    }

    private func manifest(_ summary: BundleRecords.Summary, sums: String, files: Int) -> BundleManifest {
        let contact = subject.conversation.contact, export = subject.export
        let home = [contact.property, contact.unit].compactMap { $0 }.joined(separator: ", ")
        return BundleManifest(
            landlord: .init(id: landlord.rawValue, name: subject.landlord.name, number: subject.number),
            tenant: .init(
                id: contact.contactId.rawValue, name: contact.displayName, number: contact.phone, home: home.isEmpty ? nil : home),
            conversation: export.conversationId.rawValue,
            export: .init(
                id: export.exportId.rawValue, by: export.personId.rawValue, byName: subject.person,
                at: export.createdAt.formatted(.iso8601), seconds: Int(export.createdAt.timeIntervalSince1970)),
            chain: summary.links, counts: summary.counts,
            sums: .init(sha256: Array(SHA256.hash(data: Data(sums.utf8))).hexadecimal, files: files), publicKey: key.publicText)
    }
}
