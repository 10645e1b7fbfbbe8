package trade

import (
	"strings"
	"unicode"

	"github.com/nyaruka/phonenumbers"

	"packhouse/internal/problem"
)

// E164 reads a phone number in any writing and returns "+493012345678". A
// number without its country code is one of country (ISO 3166-1). The problem
// is required or bad_phone. An extension is left out: no carrier dials it.
func E164(s, country string) (string, error) {
	s = strings.TrimSpace(s)
	if s == "" {
		return "", problem.At("", "required")
	}
	if len(s) > 4*maxPhone || !storable(s) {
		return "", problem.At("", "bad_phone")
	}
	number, err := phonenumbers.Parse(s, strings.ToUpper(country))
	if err != nil || phonenumbers.IsPossibleNumberWithReason(number) != phonenumbers.IS_POSSIBLE || number.GetNationalNumber() < 10_000 {
		return "", problem.At("", "bad_phone")
	}
	return phonenumbers.Format(number, phonenumbers.E164), nil
}

// ReadPhone is E164 for a form; an empty field is no problem.
func ReadPhone(v *problem.Invalid, path, typed, country string) string {
	if strings.TrimSpace(typed) == "" {
		return ""
	}
	return noted(v, path)(E164(typed, country))
}

// PhoneDigits are the digits of a phone number that every way of writing it
// has in common: the key it is stored under and found by. Zeros for the long
// distance ("0151", "0049", "+49 (0)151") are no part of it, so the digits of
// "0151 234" stand inside those of "+49 151 234".
func PhoneDigits(s string) string {
	s = strings.NewReplacer("(0)", "", "[0]", "").Replace(s)
	if at := strings.IndexAny(s, "xX#;"); at > 0 { // an extension
		s = s[:at]
	}
	digits := strings.Map(digit, s)
	return strings.TrimLeft(digits, "0")
}

// digit is the ASCII digit for any decimal digit, -1 for the rest.
func digit(r rune) rune {
	switch {
	case r >= '0' && r <= '9':
		return r
	case r < unicode.MaxASCII || !unicode.Is(unicode.Nd, r):
		return -1
	}
	value := rune(0) // the digits of a script stand together from zero to nine
	for value < 9 && unicode.Is(unicode.Nd, r-value-1) {
		value++
	}
	if value == 9 && unicode.Is(unicode.Nd, r-10) {
		return -1 // two sets side by side: which digit it is cannot be told
	}
	return '0' + value
}
