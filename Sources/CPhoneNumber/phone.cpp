#include "CPhoneNumber.h"

#include <cstring>
#include <phonenumbers/phonenumberutil.h>
#include <string>

using i18n::phonenumbers::PhoneNumber;
using i18n::phonenumbers::PhoneNumberUtil;

static bool written(const PhoneNumber &number, PhoneNumberUtil::PhoneNumberFormat format, char *out, int capacity) {
    std::string text;
    PhoneNumberUtil::GetInstance()->Format(number, format, &text);
    if (static_cast<int>(text.size()) >= capacity) return false;
    std::memcpy(out, text.c_str(), text.size() + 1);
    return true;
}

extern "C" int zr_phone_e164(const char *text, const char *region, char *out, int capacity) {
    PhoneNumberUtil *util = PhoneNumberUtil::GetInstance();
    PhoneNumber number;
    switch (util->Parse(text, region, &number)) {
        case PhoneNumberUtil::NO_PARSING_ERROR: break;
        case PhoneNumberUtil::INVALID_COUNTRY_CODE_ERROR: return 2;
        case PhoneNumberUtil::TOO_SHORT_AFTER_IDD:
        case PhoneNumberUtil::TOO_SHORT_NSN: return 3;
        case PhoneNumberUtil::TOO_LONG_NSN: return 4;
        default: return 1;
    }
    switch (util->IsPossibleNumberWithReason(number)) {
        case PhoneNumberUtil::IS_POSSIBLE: break;
        case PhoneNumberUtil::TOO_SHORT: return 3;
        case PhoneNumberUtil::TOO_LONG: return 4;
        case PhoneNumberUtil::INVALID_COUNTRY_CODE: return 2;
        default: return 5;
    }
    return written(number, PhoneNumberUtil::E164, out, capacity) ? 0 : 4;
}

extern "C" int zr_phone_international(const char *e164, char *out, int capacity) {
    PhoneNumber number;
    if (PhoneNumberUtil::GetInstance()->Parse(e164, "ZZ", &number) != PhoneNumberUtil::NO_PARSING_ERROR) return 1;
    return written(number, PhoneNumberUtil::INTERNATIONAL, out, capacity) ? 0 : 1;
}
