import SQLDatabase

extension Desk {
    /// The landlord's properties, in the order of the alphabet; some hundred at most.
    public func properties() async throws -> [String] {
        let id = landlord.landlordID
        return try await messaging.database.read { try LandlordRows(id, $0).properties() }
    }
}

extension LandlordRows {
    private static let mostProperties = 500

    /// Steps along the index: its cost is the number of properties, not of tenants.
    func properties() throws -> [String] {
        try db.all(
            String.self,
            """
            WITH RECURSIVE names (property, place) AS (
                SELECT CAST('' AS TEXT), 0
                UNION ALL
                SELECT (
                    SELECT c.property FROM contacts c
                    WHERE c.landlord_id = \(landlord) AND c.property IS NOT NULL AND c.property > n.property
                    ORDER BY c.property LIMIT 1), n.place + 1
                FROM names n WHERE n.property IS NOT NULL AND n.place < \(Self.mostProperties))
            SELECT property FROM names WHERE place > 0 AND property IS NOT NULL ORDER BY place
            """)
    }

    /// For a statement that reads `conversations`: those with tenants of a property.
    static func condition(property: String) -> SQL {
        """
        AND EXISTS (SELECT 1 FROM contacts k WHERE k.landlord_id = conversations.landlord_id
            AND k.contact_id = conversations.contact_id AND k.property = \(property))
        """
    }
}
