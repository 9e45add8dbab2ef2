#include "CPhoneNumber.h"

#include <cstring>
#include <phonenumbers/phonenumberutil.h>
#include <string>

using i18n::phonenumbers::PhoneNumber;
using i18n::phonenumbers::PhoneNumberUtil;

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
    std::string formatted;
    util->Format(number, PhoneNumberUtil::E164, &formatted);
    if (static_cast<int>(formatted.size()) >= capacity) return 4;
    std::memcpy(out, formatted.c_str(), formatted.size() + 1);
    return 0;
}
