package trade

import (
	"strings"

	"packhouse/internal/problem"
)

// Address is a postal address. The order of its parts in print, which parts it
// needs and what its postcode looks like are its country's (see Country).
type Address struct {
	Name     string `json:"name"`
	Company  string `json:"company,omitempty"`
	Line1    string `json:"line1"`
	Line2    string `json:"line2,omitempty"`
	City     string `json:"city"`
	Region   string `json:"region,omitempty"` // a code ("CA") where the country has codes everybody knows
	Postcode string `json:"postcode"`
	Country  string `json:"country"` // ISO 3166-1 alpha-2, and XK
	Phone    string `json:"phone,omitempty"`
}

// The lengths that parts may have, in characters.
const (
	maxNamePart = 100
	maxLine     = 140
	maxCity     = 80
	maxCode     = 20
	maxPhone    = 40
)

// part is one field of an address with its limit.
type part struct {
	name  string
	value *string
	max   int
}

func (a *Address) parts() []part {
	return []part{
		{"name", &a.Name, maxNamePart}, {"company", &a.Company, maxNamePart}, {"line1", &a.Line1, maxLine}, {"line2", &a.Line2, maxLine},
		{"city", &a.City, maxCity}, {"region", &a.Region, maxCity}, {"postcode", &a.Postcode, maxCode}, {"country", &a.Country, maxCode}, {"phone", &a.Phone, maxPhone},
	}
}

// Normalize folds spaces, writes country, region and postcode as the country
// does, and the phone number with its country code. What it does not
// understand it leaves as it was typed, for Validate to name.
func (a Address) Normalize() Address {
	for _, p := range a.parts() {
		if clean, err := Line(*p.value, 0); err == nil {
			*p.value = strings.Join(strings.Fields(clean), " ")
		}
	}
	if a.Line1 == "" {
		a.Line1, a.Line2 = a.Line2, ""
	}
	a.Country = countryCode(a.Country)
	c := CountryOf(a.Country)
	if code, ok := c.regionCode(a.Region); ok {
		a.Region = code
	}
	if code, ok := c.postcode(a.Postcode); ok {
		a.Postcode = code
	}
	if phone, err := E164(a.Phone, a.Country); err == nil {
		a.Phone = phone
	}
	return a
}

// Validate notes everything wrong with a normalised address under path
// ("ship" makes "ship.postcode"; "" makes "postcode"): required, too_long,
// bad_text, address.name_or_company, unknown_country, unknown_region,
// bad_postcode, bad_phone.
func (a Address) Validate(path string, v *problem.Invalid) {
	if path != "" {
		path += "."
	}
	for _, p := range a.parts() {
		if code, args := textProblem(*p.value, p.max); code != "" {
			v.Add(path+p.name, code, args...)
		}
	}
	if a.Name == "" && a.Company == "" {
		v.Add(path+"name", "address.name_or_company")
	}
	if a.Country == "" {
		v.Add(path+"country", "required")
	} else if !KnownCountry(a.Country) {
		v.Add(path+"country", "unknown_country")
	}
	a.validateParts(path, v)
	if _, err := E164(a.Phone, a.Country); a.Phone != "" && err != nil && !v.Has(path+"phone") {
		v.Add(path+"phone", "bad_phone")
	}
}

func (a Address) validateParts(path string, v *problem.Invalid) {
	c := CountryOf(a.Country)
	for _, need := range []struct {
		field, value string
		required     bool
	}{
		{"line1", a.Line1, true}, {"city", a.City, c.NeedsCity}, {"region", a.Region, c.NeedsRegion}, {"postcode", a.Postcode, c.NeedsPostcode},
	} {
		if need.required && need.value == "" {
			v.Add(path+need.field, "required")
		}
	}
	if _, ok := c.postcode(a.Postcode); a.Postcode != "" && !ok && !v.Has(path+"postcode") {
		v.Add(path+"postcode", "bad_postcode", "country", c, "example", c.PostcodeExample())
	}
	if _, ok := c.regionCode(a.Region); a.Region != "" && !ok && !v.Has(path+"region") {
		v.Add(path+"region", "unknown_region", "country", c)
	}
}

// IsZero reports whether nothing at all is filled in.
func (a Address) IsZero() bool { return a == Address{} }

// Recipient is the name a parcel is addressed to: the person, or the company.
func (a Address) Recipient() string {
	if a.Name != "" {
		return a.Name
	}
	return a.Company
}

// SamePlace reports whether two addresses are one place to a carrier, however
// they are typed: the people there may differ.
func (a Address) SamePlace(b Address) bool {
	return a.place() == b.place()
}

func (a Address) place() string {
	a = a.Normalize()
	return SearchFold(strings.Join([]string{a.Line1, a.Line2, a.City, a.Region, a.Postcode, a.Country}, "\n"))
}
