/// A statement's parameters in libpq's form: text whose types the server infers, and blobs as they are.
struct PostgresParameters {
    private var bytes: [UInt8] = []
    private var offsets: [Int?] = []
    private var lengths: [Int32] = []
    private var formats: [Int32] = []

    var count: Int32 { Int32(offsets.count) }

    /// - Throws: `DatabaseError.misuse` for a text that PostgreSQL cannot store.
    init(_ values: [SQLValue]) throws {
        for value in values {
            switch value {
            case .null: append(nil as [UInt8]?)
            case .integer(let number): append(String(number).utf8)
            case .real(let number): append(number.description.utf8)
            case .text(let text): append(try DatabaseError.refusingNull(in: text).utf8)
            case .boolean(let flag): append((flag ? "t" : "f").utf8)
            case .blob(let blob): append(blob, isBinary: true)
            }
        }
    }

    private mutating func append(_ value: (some Collection<UInt8>)?, isBinary: Bool = false) {
        offsets.append(value == nil ? nil : bytes.count)
        lengths.append(Int32(value?.count ?? 0))
        formats.append(isBinary ? 1 : 0)
        guard let value else { return }
        bytes.append(contentsOf: value)
        bytes.append(0)
    }

    func withPointers<Result>(
        _ body: (UnsafePointer<UnsafePointer<CChar>?>, UnsafePointer<Int32>, UnsafePointer<Int32>) -> Result
    ) -> Result {
        bytes.withUnsafeBufferPointer { bytes in
            bytes.withMemoryRebound(to: CChar.self) { buffer in
                // The buffer has no address while it is empty, and then there is nothing to point at.
                let pointers = offsets.map { offset in offset.flatMap { start in buffer.baseAddress.map { $0 + start } } }
                return body(pointers, lengths, formats)
            }
        }
    }
}
