#ifndef CPHONENUMBER_H
#define CPHONENUMBER_H

#ifdef __cplusplus
extern "C" {
#endif

/// Reads a number as a person typed it, with Google's libphonenumber.
/// `region` is the ISO country that national forms belong to ("GB").
/// Writes E.164 ("+447700900118") with its closing zero into `out`.
/// Answers 0, or why it is no number: 1 not a number, 2 unknown country code, 3 too short, 4 too long, 5 not a possible number.
int zr_phone_e164(const char *text, const char *region, char *out, int capacity);

/// Writes a number in E.164 as people write it abroad: "+44 7700 900118". Answers 0, or 1 when it is no number.
int zr_phone_international(const char *e164, char *out, int capacity);

#ifdef __cplusplus
}
#endif
#endif
