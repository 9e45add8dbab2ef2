import Foundation
import WhatsAppCloudAPI

/// Follows the chain through a bundle's records, line by line.
struct ChainCheck {
    /// Bytes of a line. The longest message that Meta delivers is far shorter.
    static let longestLine = 8 << 20

    private let landlord: String
    private let ends: BundleManifest.Links
    // What must come next; nil after something unreadable, until a record tells.
    private var expected: Int64?
    private var link: [UInt8]?
    // The last number that surely hangs together with the start.
    private var sure: Int64
    private var last: Int64 = 0
    private(set) var records = 0
    private(set) var erased = 0

    init(landlord: String, ends: BundleManifest.Links) {
        (self.landlord, self.ends) = (landlord, ends)
        expected = ends.first
        sure = ends.first &- 1
        link = [UInt8](hexadecimal: ends.before).flatMap { $0.count == 32 ? $0 : nil }
    }

    mutating func take(_ line: [UInt8]?, number: Int, _ find: (String) -> Void) {
        let place = "\(BundlePart.records), line \(number)"
        guard let line, let value = try? JSONValue(parsing: line), let members = value.object else {
            find("\(place): this is no record\(expected.map { "; number \($0) was to come" } ?? "").")
            (expected, link) = (nil, nil)
            return
        }
        if value.serialized != line { find("\(place): it is not written as we write it.") }
        if members["leaves"] != nil {
            pass(value, place, find)
        } else {
            check(value, members, place, find)
        }
    }

    /// The last line was taken.
    mutating func end(_ find: (String) -> Void) {
        if last != ends.last {
            find(
                "\(BundlePart.records) ends with number \(last); the manifest names number \(ends.last). Records are missing at the end, or added."
            )
        } else if let link, link.hexadecimal != ends.after {
            find("The chain is broken at its end, number \(last): its link is not the one in the manifest.")
        }
    }

    // Records that are not told: they only carry the chain on.
    private mutating func pass(_ value: JSONValue, _ place: String, _ find: (String) -> Void) {
        guard let first = value["first"]?.integer.map(Int64.init), let last = value["last"]?.integer.map(Int64.init), first > 0,
            last >= first,
            let bytes = value["leaves"]?.string.flatMap({ Data(base64Encoded: $0) }), bytes.count % 32 == 0,
            last - first == Int64(bytes.count / 32) - 1
        else {
            find("\(place): the leaves do not fit their numbers.")
            (expected, link) = (nil, nil)
            return
        }
        meet(first, place, find)
        let leaves = [UInt8](bytes)
        for (count, start) in stride(from: 0, to: leaves.count, by: 32).enumerated() {
            guard let before = link else { break }
            link = ProofChain.link(
                after: before, landlord: landlord, number: first + Int64(count), leaf: Array(leaves[start..<start + 32]))
        }
        expected = last < .max ? last + 1 : nil
        self.last = last
    }

    private mutating func check(_ value: JSONValue, _ members: [String: JSONValue], _ place: String, _ find: (String) -> Void) {
        guard let number = value["n"]?.integer.map(Int64.init), number > 0, let kind = value["kind"]?.string,
            let at = value["at"]?.integer.map(Int64.init),
            let digest = value["digest"]?.string.flatMap({ [UInt8](hexadecimal: $0) }), digest.count == 32,
            let told = value["link"]?.string.flatMap({ [UInt8](hexadecimal: $0) }), told.count == 32
        else {
            find("\(place): this is no record\(expected.map { "; number \($0) was to come" } ?? "").")
            (expected, link) = (nil, nil)
            return
        }
        meet(number, place, find)
        records += 1
        if value["erased"] == .bool(true), members["salt"] == nil, members["content"] == nil {
            erased += 1
        } else if let salt = value["salt"]?.string.flatMap({ [UInt8](hexadecimal: $0) }), let content = value["content"]?.string {
            if ProofChain.digest(salt: salt, content: content) != digest {
                find("Record \(number) (\(place)): its content, its salt or its digest was changed.")
            }
        } else {
            find("Record \(number) (\(place)): its content is missing, and it does not say that it was erased.")
        }
        let leaf = ProofChain.leaf(kind: kind, digest: digest, at: at)
        if let before = link, ProofChain.link(after: before, landlord: landlord, number: number, leaf: leaf) != told {
            find("The chain is broken between number \(sure) and number \(number) (\(place)).")
        }
        (sure, link, last) = (number, told, number)
        expected = number < .max ? number + 1 : nil
    }

    private mutating func meet(_ number: Int64, _ place: String, _ find: (String) -> Void) {
        guard let expected, expected != number else { return }
        find(
            number > expected
                ? "\(place): number \(number) stands where number \(expected) was to come. Records are missing or out of order."
                : "\(place): number \(number) comes again, or out of order; number \(expected) was to come.")
        link = nil
    }
}
