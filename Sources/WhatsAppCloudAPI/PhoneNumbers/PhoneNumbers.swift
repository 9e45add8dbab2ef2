extension GraphClient {
    private static var phoneNumberFields: String {
        "id,display_phone_number,verified_name,status,name_status,code_verification_status,quality_rating,platform_type,throughput,"
            + "is_on_biz_app,is_official_business_account,account_mode,webhook_configuration"
    }

    /// All numbers of an account. A number ID that a browser sent must occur here, asked with that customer's own token.
    ///
    /// - Throws: ``GraphFailure``.
    public func phoneNumbers(of account: WABAID, token: AccessToken) async throws(GraphFailure) -> [PhoneNumberInfo] {
        let query = [("fields", Self.phoneNumberFields), ("limit", "100")]
        return try await pages(of: [account.rawValue, "phone_numbers"], query: query, token: token).compactMap(PhoneNumberInfo.init)
    }

    /// One number as it stands now.
    ///
    /// - Throws: ``GraphFailure``.
    public func phoneNumber(_ number: PhoneNumberID, token: AccessToken) async throws(GraphFailure) -> PhoneNumberInfo {
        let answer = try await perform(.get(number.rawValue, query: [("fields", Self.phoneNumberFields)], token: token))
        guard let info = PhoneNumberInfo(answer), info.id == number else { throw .unexpected(answer) }
        return info
    }

    /// Activates a number on the Cloud API. Meta allows 10 such calls per number in 72 hours and locks the number for 72 hours
    /// after that (133016): read the number's status first and never repeat blindly. Not for coexistence numbers.
    ///
    /// - Parameter pin: six digits; the existing two-step PIN if there is one, else the one to set.
    /// - Throws: ``GraphFailure``; refused with 133005 when the number has another PIN.
    public func register(_ number: PhoneNumberID, pin: String, token: AccessToken) async throws(GraphFailure) {
        var request = GraphRequest.post(
            number.rawValue, "register", json: json(["messaging_product": "whatsapp", "pin": pin]), token: token)
        request.secrets = [pin]
        try await performForSuccess(request)
    }
}
