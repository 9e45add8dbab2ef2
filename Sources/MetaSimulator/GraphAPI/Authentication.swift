import Crypto
import Foundation

/// Who is calling.
enum Caller: Sendable {
    /// `app id|app secret`
    case app
    /// The app owner's own system user.
    case systemUser
    case business(Token)
}

extension Simulator {
    func caller(of request: GraphRequest) throws(GraphRefusal) -> Caller {
        guard let token = request.bearer, !token.isEmpty else { throw .tokenMissing }
        let caller = try caller(holding: token)
        try checkProof(of: token, in: request, isRequired: !caller.isApp)
        return caller
    }

    /// The token's meaning; refused with the subcode that tells why it is dead.
    func caller(holding token: String) throws(GraphRefusal) -> Caller {
        if token == "\(configuration.appID)|\(configuration.appSecret)" { return .app }
        if token == configuration.systemUserToken { return .systemUser }
        guard let known = world.tokens[token] else { throw .tokenInvalid() }
        if let death = known.death { throw .tokenInvalid(subcode: death) }
        if let end = known.expiresAt, end <= now { throw .tokenInvalid(subcode: 463) }
        return .business(known)
    }

    private func checkProof(of token: String, in request: GraphRequest, isRequired: Bool) throws(GraphRefusal) {
        guard let proof = request.text("appsecret_proof") else {
            if isRequired && configuration.requiresProof { throw .proofMissing }
            return
        }
        guard proof == Signature.sha256(of: token.utf8, secret: configuration.appSecret) else { throw .proofWrong }
    }

    /// The account, when the caller's token reaches it.
    func account(_ id: String, for request: GraphRequest) throws(GraphRefusal) -> Account {
        guard case .business(let token) = try caller(of: request), token.accountIDs.contains(id), let account = world.accounts[id] else {
            throw .unreachable(id, method: request.method)
        }
        return account
    }

    /// The number, when the caller's token reaches its account.
    func number(_ id: String, for request: GraphRequest) throws(GraphRefusal) -> Number {
        guard case .business(let token) = try caller(of: request), let number = world.numbers[id],
            token.accountIDs.contains(number.accountID)
        else { throw .unreachable(id, method: request.method) }
        return number
    }
}

extension Caller {
    var isApp: Bool { if case .app = self { true } else { false } }
}

/// HMACs in the forms that Meta uses.
enum Signature {
    static func sha256(of message: some Sequence<UInt8>, secret: String) -> String {
        hex(HMAC<SHA256>.authenticationCode(for: Data(message), using: SymmetricKey(data: Data(secret.utf8))))
    }

    static func sha1(of message: some Sequence<UInt8>, secret: String) -> String {
        hex(HMAC<Insecure.SHA1>.authenticationCode(for: Data(message), using: SymmetricKey(data: Data(secret.utf8))))
    }

    /// Two lower-case digits for each byte.
    static func hex(_ bytes: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
