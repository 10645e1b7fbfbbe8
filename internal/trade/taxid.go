package trade

import (
	"strings"

	"packhouse/internal/problem"
)

// taxShape is what the tax numbers of a country look like after their prefix
// (masks as for postcodes), and the arithmetic of their check digits.
type taxShape struct {
	masks []string
	check func(id string) bool
}

// taxShapes are the VAT numbers of the EU (and XI, EL), and of the neighbours
// that have them. Sources: the formats of the VIES system; the check digits as
// the countries publish them.
var taxShapes = map[string]taxShape{
	"AT": {[]string{"u99999999"}, checkAT}, "BE": {[]string{"9999999999"}, checkBE}, "BG": {[]string{"999999999", "9999999999"}, nil},
	"CY": {[]string{"99999999A"}, nil}, "CZ": {[]string{"99999999", "999999999", "9999999999"}, nil}, "DE": {[]string{"999999999"}, checkDE},
	"DK": {[]string{"99999999"}, checkDK}, "EE": {[]string{"999999999"}, nil}, "EL": {[]string{"999999999"}, nil}, "ES": {[]string{"X9999999X"}, checkES},
	"FI": {[]string{"99999999"}, checkFI}, "FR": {[]string{"XX999999999"}, checkFR}, "HR": {[]string{"99999999999"}, checkHR}, "HU": {[]string{"99999999"}, nil},
	"IE": {[]string{"9X99999A", "9999999AA"}, nil}, "IT": {[]string{"99999999999"}, checkIT}, "LT": {[]string{"999999999", "999999999999"}, nil},
	"LU": {[]string{"99999999"}, checkLU}, "LV": {[]string{"99999999999"}, nil}, "MT": {[]string{"99999999"}, nil}, "NL": {[]string{"999999999b99"}, checkNL},
	"PL": {[]string{"9999999999"}, checkPL}, "PT": {[]string{"999999999"}, checkPT}, "RO": {[]string{"99", "999", "9999", "99999", "999999", "9999999", "99999999", "999999999", "9999999999"}, nil},
	"SE": {[]string{"999999999999"}, checkSE}, "SI": {[]string{"99999999"}, nil}, "SK": {[]string{"9999999999"}, checkSK},
	"GB": {[]string{"999999999", "999999999999", "gd999", "ha999"}, checkGB}, "XI": {[]string{"999999999", "999999999999"}, checkGB},
	"CH": {[]string{"e999999999", "e999999999mwst", "e999999999tva", "e999999999iva"}, checkCH}, "NO": {[]string{"999999999", "999999999mva"}, checkNO},
}

// TaxID reads a tax number and returns it in its normal form: the prefix of
// its country and no separators, "DE136695976". A number without a prefix is
// one of country (ISO 3166-1). Numbers of countries whose shape is not listed
// are taken when they have 4 to 20 letters and digits. The problems: required,
// tax_id_country_unknown, bad_tax_id {country, example}, bad_tax_id_check.
func TaxID(s, country string) (string, error) {
	if strings.TrimSpace(s) == "" {
		return "", problem.At("", "required")
	}
	id := strings.ToUpper(strings.Map(withoutMarks, s))
	if len(id) > 24 || !storable(s) || strings.Trim(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") != "" {
		return "", badTaxID(country)
	}
	home := taxPrefix(strings.ToUpper(country))
	prefix, body := home, id
	if len(id) > 2 && (taxKnown(id[:2]) && (id[:2] == home || taxKnownShape(id[:2], id[2:]) || home == "")) {
		prefix, body = id[:2], id[2:]
	}
	shape, listed := taxShapes[prefix]
	switch {
	case prefix == "":
		return "", problem.At("", "tax_id_country_unknown")
	case !listed && (len(id) < 4 || len(id) > 20):
		return "", badTaxID(country)
	case !listed:
		return id, nil
	}
	if prefix == "BE" && len(body) == 9 { // the old form had no leading zero
		body = "0" + body
	}
	if !shape.fits(body) {
		return "", badTaxID(prefix)
	}
	if shape.check != nil && !shape.check(body) {
		return "", problem.At("", "bad_tax_id_check")
	}
	return prefix + body, nil
}

// ReadTaxID is TaxID for a form; an empty field is no problem.
func ReadTaxID(v *problem.Invalid, path, typed, country string) string {
	if strings.TrimSpace(typed) == "" {
		return ""
	}
	return noted(v, path)(TaxID(typed, country))
}

func (t taxShape) fits(body string) bool {
	for _, mask := range t.masks {
		if _, ok := fit(mask, body); ok {
			return true
		}
	}
	return false
}

func badTaxID(country string) error {
	if country == "EL" {
		country = "GR"
	}
	example := "12345678"
	if shape, ok := taxShapes[taxPrefix(country)]; ok {
		example = taxPrefix(country) + Country{postcodes: shape.masks[:1]}.PostcodeExample()
	}
	return problem.At("", "bad_tax_id", "country", CountryOf(country), "example", example)
}

func taxPrefix(country string) string {
	if country == "GR" {
		return "EL"
	}
	return country
}

func taxKnown(prefix string) bool {
	_, ok := taxShapes[prefix]
	return ok || KnownCountry(prefix)
}

func taxKnownShape(prefix, body string) bool {
	shape, ok := taxShapes[prefix]
	return ok && (shape.fits(body) || prefix == "BE" && shape.fits("0"+body))
}

func withoutMarks(r rune) rune {
	switch r {
	case ' ', '.', '-', '/', '\u00a0', '\u2013', '\u202f', '\t':
		return -1
	}
	return r
}
