import SQLDatabase

extension Desk {
    /// What browsers subscribe to; nil where nobody is told of anything.
    public func pushKey() async throws -> String? {
        messaging.notifications == nil ? nil : try await messaging.pushKeys.key().publicText
    }

    /// The browsers of this person that are told of messages, the newest first.
    public func pushDevices() async throws -> [PushDevice] {
        let landlord = landlord.landlordID, person = person
        return try await messaging.database.read { try LandlordRows(landlord, $0).pushDevices(of: person) }
    }

    /// Tells this browser of messages from now on, and nobody else who had it before.
    /// - Parameters:
    ///   - secret: what the browser is known by.
    ///   - name: what its owner will know it by.
    /// - Throws: `PushRefused`.
    public func tell(
        _ secret: String, named name: String, endpoint: String, p256dh: String, auth: String, showsWords: Bool
    ) async throws {
        guard let setup = messaging.notifications else { throw PushRefused.off }
        let subscription = try PushSubscription(endpoint: endpoint, p256dh: p256dh, auth: auth, allowed: setup.pushHosts)
        let device = PushDevice(deviceId: PushDevice.id(of: secret), name: name, showsWords: showsWords, createdAt: now)
        let landlord = landlord.landlordID, person = person
        let sealed = try messaging.keys.seal(try subscription.text, for: subscriptionRow(landlord, person, device.deviceId))
        try await messaging.forget(browser: secret)
        try await messaging.database.write {
            try LandlordRows(landlord, $0).add(device, of: person, endpoint: endpoint, sealed: sealed)
        }
    }

    /// Whether a browser of this person is told what was written. Throws `NotFound`.
    public func change(pushDevice id: String, showsWords: Bool) async throws {
        let landlord = landlord.landlordID, person = person
        try await messaging.database.write {
            try LandlordRows(landlord, $0).change(pushDevice: id, of: person, showsWords: showsWords)
        }
    }

    /// Tells a browser of this person nothing any more. Throws `NotFound`.
    public func remove(pushDevice id: String) async throws {
        let landlord = landlord.landlordID, person = person
        let removed = try await messaging.database.write { try LandlordRows(landlord, $0).removePushDevice(id, of: person) }
        guard removed else { throw NotFound() }
    }
}

extension Messaging {
    /// Whoever sits at this browser now is somebody else, or nobody: it is told nothing more, for any landlord. Only the browser itself
    /// knows the secret.
    public func forget(browser secret: String) async throws {
        let id = PushDevice.id(of: secret)
        try await database.write { db in
            let known = try db.all(DeviceOwner.self, "SELECT landlord_id, person_id FROM push_devices WHERE device_id = \(id)")
            for owner in known { _ = try LandlordRows(owner.landlordId, db).removePushDevice(id, of: owner.personId) }
        }
    }

    private struct DeviceOwner: Decodable {
        let landlordId: Landlord.ID
        let personId: Person.ID
    }
}

/// Binds a sealed subscription to its row.
func subscriptionRow(_ landlord: Landlord.ID, _ person: Person.ID, _ device: String) -> String {
    "push_devices/\(landlord)/\(person)/\(device)"
}
