import Foundation

extension Simulator {
    /// `/simulator/phones/{person}/messages` and `/open`. A person is a slug, a number or a user ID.
    func controlPhone(_ request: ControlRequest) throws(ControlProblem) -> JSON {
        let person = try phoneOwner(request.path[1], mayBeNew: request.method == "POST")
        switch (request.method, request.path.dropFirst(2).first) {
        case ("GET", "messages"): return ["items": .array(phoneMessages(of: person, number: request.query["phoneNumberId"]).map(view))]
        case ("POST", "messages"):
            let number = try businessNumber(request.body)
            return ["wamid": .string(say(try unpacked(request.body, for: number), as: person, to: number))]
        case ("POST", "open"):
            return ["read": .int(openConversation(of: person.slug, with: try businessNumber(request.body).id))]
        default: throw .unknown("control route for phones like that")
        }
    }

    /// A message whose file comes along as base64 (`file` in the object), as the webhook tells it. Others stay as they are.
    private func unpacked(_ body: JSON, for number: Number) throws(ControlProblem) -> JSON {
        guard let kind = body["type"]?.string.flatMap({ MediaKind(rawValue: $0) }), let said = body[kind.rawValue], let text = said["file"]
        else { return body }
        guard let bytes = text.string.flatMap({ Data(base64Encoded: $0) }), !bytes.isEmpty else {
            throw ControlProblem(message: "\(kind.rawValue).file must be the file's bytes in base64.")
        }
        let file = ReceivedFile(bytes, mimeType: said["mime_type"]?.string, filename: said["filename"]?.string)
        var body = body
        body[kind.rawValue] = receive(file, as: kind, said, for: number)
        return body
    }

    /// Any number may have WhatsApp, so writing as an unknown one makes its owner appear.
    private func phoneOwner(_ name: String, mayBeNew: Bool) throws(ControlProblem) -> Person {
        if let person = world.person(name) { return person }
        let digits = name.filter(\.isNumber)
        guard mayBeNew, (8...15).contains(digits.count), name.allSatisfy({ $0.isNumber || $0 == "+" }) else {
            throw .unknown("person \(name)")
        }
        return world.person(withNumber: digits)
    }

    func businessNumber(_ body: JSON) throws(ControlProblem) -> Number {
        guard let name = (body["phoneNumberId"] ?? body["phone_number_id"])?.text else {
            throw ControlProblem(message: "Say which business number: phoneNumberId.")
        }
        guard let number = world.number(called: name) else { throw .unknown("phone number \(name)") }
        return number
    }

    func phoneMessages(of person: Person, number: String?) -> [Message] {
        world.messages.filter { $0.person == person.slug && (number == nil || $0.numberID == number) }
    }

    /// A failed message never reached the phone, but scripts want to see it.
    private func view(_ message: Message) -> JSON {
        .fields([
            "wamid": .string(message.id), "direction": .string(message.direction == .fromPerson ? "out" : "in"),
            "phoneNumberId": .string(message.numberID), "type": .string(message.type), "text": .string(message.text),
            "content": message.content, "status": .string(message.state), "timestamp": .int(Int(message.sentAt.timeIntervalSince1970)),
            "readAt": message.readAt.map { .int(Int($0.timeIntervalSince1970)) }, "errorCode": message.failure.map(JSON.int),
            "bizOpaqueCallbackData": message.callbackData.map(JSON.string), "quoted": message.quoted.map(JSON.string),
            "personReaction": message.personReaction.map(JSON.string), "businessReaction": message.businessReaction.map(JSON.string),
            "edited": message.isEdited.map(JSON.bool), "revoked": message.isRevoked.map(JSON.bool),
        ])
    }

    func controlPerson(_ body: JSON) throws(ControlProblem) -> JSON {
        let digits = (body["waId"]?.text ?? "").filter(\.isNumber)
        guard let name = body["name"]?.string, (8...15).contains(digits.count) else {
            throw ControlProblem(message: "A person needs a name and a waId of 8 to 15 digits.")
        }
        let slug = (body["slug"]?.string ?? name.lowercased().replacing(" ", with: "-")).lowercased()
        guard world.person(slug) == nil, world.person(digits) == nil else {
            throw ControlProblem(status: 409, message: "There is somebody with this name or number already.")
        }
        let person = Person(slug: slug, name: name, digits: digits, username: body["username"]?.string)
        world.persons.append(person)
        return view(person)
    }

    func view(_ person: Person) -> JSON {
        .fields([
            "slug": .string(person.slug), "name": .string(person.name), "waId": .string(person.digits),
            "username": person.username.map(JSON.string),
            "userIds": .object(
                Dictionary(uniqueKeysWithValues: world.businesses.map { ($0.id, JSON.string(person.userID(for: $0.id))) })),
        ])
    }
}
