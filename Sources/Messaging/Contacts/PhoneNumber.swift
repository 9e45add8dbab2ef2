import CPhoneNumber

/// A phone number in E.164, read by Google's libphonenumber. British national forms are understood: our users type `07700 900456`.
public struct PhoneNumber: Hashable, Sendable {
    /// With its plus: "+447700900118".
    public let e164: String

    /// The digits alone, as Meta writes a `wa_id`.
    public var digits: String { String(e164.dropFirst()) }

    /// Throws `NotAPhoneNumber` with the reason. `region` is the ISO country of national forms.
    public init(_ text: String, region: String = "GB") throws(NotAPhoneNumber) {
        var out = [CChar](repeating: 0, count: 32)
        let verdict = zr_phone_e164(text, region, &out, Int32(out.count))
        guard verdict == 0 else { throw NotAPhoneNumber(verdict: verdict) }
        e164 = filled(out)
    }

    /// A number in E.164 as people write it: "+44 20 7946 0001". What is no number stays as it is.
    public static func written(_ e164: String) -> String {
        var out = [CChar](repeating: 0, count: 48)
        return zr_phone_international(e164, &out, Int32(out.count)) == 0 ? filled(out) : e164
    }

    /// Numbers of the same person that Meta and people write differently: Brazil's ninth digit, Argentina's 9, Mexico's 1
    /// (fact sheet, section 10). Only for comparing; what is sent to is the form that Meta itself gave.
    static func folded(_ digits: String) -> String {
        let count = digits.count
        if digits.hasPrefix("55"), count == 13, let area = Int(digits.dropFirst(2).prefix(2)), area >= 31, digits.dropFirst(4).first == "9"
        {
            return String(digits.prefix(4) + digits.dropFirst(5))
        }
        if digits.hasPrefix("549"), count == 13 { return "54" + digits.dropFirst(3) }
        if digits.hasPrefix("521"), count == 13 { return "52" + digits.dropFirst(3) }
        return digits
    }
}

private func filled(_ buffer: [CChar]) -> String {
    String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}

/// Why a text is no phone number, in words for the person who typed it.
public struct NotAPhoneNumber: Error, Equatable, CustomStringConvertible {
    public let description: String

    init(verdict: Int32) {
        description =
            switch verdict {
            case 2: "This number's country code does not exist. Start with + and the country, or write it as within Britain."
            case 3: "This number is too short. Check that no digit is missing."
            case 4: "This number is too long. Check that no digit is doubled, and that it is one number only."
            default: "This is not a phone number. Write it as +44 7700 900118 or 07700 900118."
            }
    }
}
