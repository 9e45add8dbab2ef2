/// A statement's error as the server or libpq reports it.
struct PostgresFailure: Error {
    /// The SQLSTATE; empty when libpq itself gave up.
    var code: String
    var message: String
    var constraint = ""
    var table = ""
    var column = ""
    var detail = ""
    var function = ""
    var brokeConnection = false

    /// Whether the server ends the session with this error: connection errors, shutdowns, and the idle-in-transaction time-out.
    var endsSession: Bool {
        code.hasPrefix("08") || ["57P01", "57P02", "57P03", "25P03"].contains(code)
    }

    /// Whether a prepared statement no longer fits its tables. The function is asked since the message may be translated.
    var isStalePlan: Bool {
        code == "26000" || (code == "0A000" && function == "RevalidateCachedQuery")
    }

    /// Whether the same transaction may well succeed when it is run again.
    var isRetryable: Bool {
        code == "40001" || code == "40P01" || isStalePlan
    }

    /// The case that callers see.
    var databaseError: DatabaseError {
        if brokeConnection { return .unavailable("the connection to the server broke (\(message)). Try again.") }
        return switch code {
        case "23505": .uniqueViolation(constraint: constraint, table: table, columns: violatedColumns)
        case "23503": .foreignKeyViolation
        case "23514": .checkViolation(constraint: constraint)
        case "23502": .notNullViolation(column: "\(table).\(column)")
        case "40001", "40P01": .serialization
        case "55P03": .busy
        case "57014": .timedOut
        case "53100": .diskFull
        case "25006": .misuse("something was written in a read. Use write.")
        case "25P02": .afterFailure
        default: .other(code: code, message: message)
        }
    }

    // The detail says "Key (landlord_id, phone)=(…) already exists." in the server's language; the values are not for us.
    private var violatedColumns: [String] {
        guard let match = detail.firstMatch(of: /\(([a-z0-9_, ]+)\)=\(/) else { return [] }
        return match.output.1.split(separator: ", ").map(String.init)
    }
}
