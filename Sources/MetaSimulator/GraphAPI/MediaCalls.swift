import Foundation

extension Simulator {
    /// `POST /<phone>/media`: a file goes up and can be sent from this number for 30 days.
    func upload(to id: String, _ request: GraphRequest) async throws(GraphRefusal) -> JSON {
        let number = try number(id, for: request)
        await waitForSlowMedia()
        if let fault = takeFault(.mediaError) {
            throw .whatsApp(fault.int("code") ?? 131053, fault.text("details") ?? "The simulator was told to refuse this file.")
        }
        switch request.upload {
        // Whatever else stood in such a form is unknown.
        case .broken: throw .whatsApp(131053, "The body is not a whole multipart/form-data form.")
        case .tooLarge: throw .whatsApp(131053, "The file is larger than 100 MB.")
        case .missing: throw .parameter("The parameter file is required, as a part of a multipart/form-data body.")
        case .file(let file):
            guard request.text("messaging_product") == "whatsapp" else { throw .parameter("The parameter messaging_product is required.") }
            let type = try typeOfUpload(file, said: request.text("type"))
            return ["id": .string(keep(file, for: number, mimeType: type, isUploaded: true).id)]
        }
    }

    private func typeOfUpload(_ file: ReceivedFile, said: String?) throws(GraphRefusal) -> String {
        let named = file.mimeType.flatMap { HeaderValue($0).value == "application/octet-stream" ? nil : $0 }
        let type = named ?? said.map { HeaderValue($0).value } ?? "application/octet-stream"
        let plainType = HeaderValue(type).value
        guard let kind = MediaKind(plainType: plainType) else {
            let known = MediaKind.allCases.flatMap(\.plainTypes).joined(separator: ", ")
            throw .parameter("Param file must be a file with one of the following types: \(known). Received file of type '\(plainType)'.")
        }
        if let said, HeaderValue(said).value != plainType {
            throw .parameter("Param type says '\(said)', but the file says '\(plainType)'.")
        }
        let size = file.bytes.count
        guard (1...kind.limit(of: file)).contains(size) else {
            throw .whatsApp(131053, "A file of type \(plainType) has 1 to \(kind.limit(of: file)) bytes; this one has \(size).")
        }
        return type
    }

    /// `GET /<media>`: where the file lies for the next 5 minutes.
    func showMedia(_ id: String, _ request: GraphRequest) throws(GraphRefusal) -> JSON {
        let media = try media(id, for: request)
        if takeFault(.mediaGone) != nil { throw .unreachable(id, method: request.method) }
        return [
            "messaging_product": "whatsapp", "url": .string(address(of: media)), "mime_type": .string(media.mimeType),
            "sha256": .string(Signature.hex(media.sha256)), "file_size": .int(media.size), "id": .string(id),
        ]
    }

    func deleteMedia(_ id: String, _ request: GraphRequest) throws(GraphRefusal) -> JSON {
        _ = try media(id, for: request)
        world.media.expire(id)
        return ["success": true]
    }

    /// The file, while its ID lives, the caller's token reaches its number, and the caller does not claim it for another number.
    private func media(_ id: String, for request: GraphRequest) throws(GraphRefusal) -> Media {
        guard case .business(let token) = try caller(of: request), let media = world.media.living(id, at: now), reaches(token, media),
            request.text("phone_number_id").map({ $0 == media.numberID }) ?? true
        else { throw .unreachable(id, method: request.method) }
        return media
    }

    func reaches(_ token: Token, _ media: Media) -> Bool {
        world.numbers[media.numberID].map { token.accountIDs.contains($0.accountID) } ?? false
    }

    func waitForSlowMedia() async {
        guard let fault = takeFault(.delayMedia) else { return }
        try? await Task.sleep(for: .milliseconds(fault.int("ms") ?? 1_000))
    }
}
