import CLibPQ

extension PostgresLink {
    /// A statement's text and parameters.
    typealias Statement = (text: String, values: [SQLValue])

    /// Sends all statements before reading the first answer, so that many rows cost one round trip.
    /// - Returns: the answer to each.
    /// - Throws: the first statement's `PostgresFailure`; the server has then ignored all later ones.
    func pipeline(_ statements: [Statement]) throws -> [PostgresResult] {
        let names = try preparedNames(for: statements), parameters = try statements.map { try PostgresParameters($0.values) }
        guard PQenterPipelineMode(connection) == 1 else { _ = try checked(nil); return [] }
        defer { PQexitPipelineMode(connection) }
        for (statement, parameters) in zip(statements, parameters) {
            try send(statement.text, parameters, preparedAs: names[statement.text])
        }
        guard PQpipelineSync(connection) == 1 else { _ = try checked(nil); return [] }
        return try answers(to: statements.count)
    }

    // With many different texts preparing would cost more round trips than it saves.
    private func preparedNames(for statements: [Statement]) throws -> [String: String] {
        var names: [String: String] = [:]
        for statement in statements where names[statement.text] == nil && names.count < 16 {
            if self.statements.isWorthKeeping(statement.values) { names[statement.text] = try prepare(statement.text) }
        }
        return names
    }

    private func send(_ text: String, _ parameters: PostgresParameters, preparedAs name: String?) throws {
        let sent = parameters.withPointers { pointers, lengths, formats in
            if let name {
                PQsendQueryPrepared(connection, name, parameters.count, pointers, lengths, formats, 0)
            } else {
                PQsendQueryParams(connection, text, parameters.count, nil, pointers, lengths, formats, 0)
            }
        }
        if sent != 1 { _ = try checked(nil) }
    }

    // Every statement answers with a result and a null; a last result confirms the end.
    private func answers(to count: Int) throws -> [PostgresResult] {
        var answers: [PostgresResult] = []
        var firstFailure: (any Error)?
        for _ in 0..<count {
            do {
                answers.append(try checked(PQgetResult(connection)))
            } catch {
                firstFailure = firstFailure ?? error
                if isBroken { break }
            }
            while let extra = PQgetResult(connection) { PQclear(extra) }
        }
        if !isBroken, let end = PQgetResult(connection) { PQclear(end) }
        if let firstFailure { throw firstFailure }
        return answers
    }
}
