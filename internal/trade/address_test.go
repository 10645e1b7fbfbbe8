package trade

import (
	"reflect"
	"strings"
	"testing"

	"packhouse/internal/problem"
)

func codes(v *problem.Invalid) map[string]string {
	m := map[string]string{}
	for _, f := range v.Fields {
		m[f.Path] = f.Code
	}
	return m
}

func TestAddressesAreWrittenAsTheirCountryDoes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ in, want Address }{
		{Address{Name: "  Ann  Lee ", Line1: "1 Main St", City: "Springfield", Region: "illinois", Postcode: "627041234", Country: "usa", Phone: "(217) 555-0123"},
			Address{Name: "Ann Lee", Line1: "1 Main St", City: "Springfield", Region: "IL", Postcode: "62704-1234", Country: "US", Phone: "+12175550123"}},
		{Address{Line2: "Weg 3", Country: "Deutschland", Postcode: "D-10115"}, Address{Line1: "Weg 3", Country: "DE", Postcode: "10115"}},
		{Address{Country: "uk", Postcode: "w1t5du"}, Address{Country: "GB", Postcode: "W1T 5DU"}},
		{Address{Country: "IE", Postcode: "d02td99"}, Address{Country: "IE", Postcode: "D02 TD99"}},
		{Address{Country: "ca", Region: "Québec", Postcode: "j2t3t5"}, Address{Country: "CA", Region: "QC", Postcode: "J2T 3T5"}},
		{Address{Country: "LV", Postcode: "1009"}, Address{Country: "LV", Postcode: "LV-1009"}},
		{Address{Country: "PT", Postcode: "1170169"}, Address{Country: "PT", Postcode: "1170-169"}},
		{Address{Country: "NL", Postcode: "1017cd"}, Address{Country: "NL", Postcode: "1017 CD"}},
		{Address{Country: "Atlantis", Postcode: "x", Phone: "nope"}, Address{Country: "Atlantis", Postcode: "x", Phone: "nope"}},
	} {
		got := c.in.Normalize()
		if got != c.want {
			t.Errorf("%+v, want %+v", got, c.want)
		}
		if again := got.Normalize(); again != got {
			t.Errorf("%+v changes again to %+v", got, again)
		}
	}
}

func TestWhatACountryNeedsIsAskedForAllAtOnce(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a    Address
		want map[string]string
	}{
		{Address{}, map[string]string{"ship.name": "address.name_or_company", "ship.line1": "required", "ship.city": "required", "ship.country": "required"}},
		{Address{Name: "A", Line1: "1 St", City: "X", Country: "US"}, map[string]string{"ship.region": "required", "ship.postcode": "required"}},
		{Address{Company: "A", Line1: "1 St", City: "X", Region: "ZZ", Postcode: "1234", Country: "US", Phone: "12"}, map[string]string{"ship.region": "unknown_region", "ship.postcode": "bad_postcode", "ship.phone": "bad_phone"}},
		{Address{Name: "A", Line1: "1 St", City: "X", Country: "QQ"}, map[string]string{"ship.country": "unknown_country"}},
		{Address{Name: "A", Line1: "1 Nathan Rd", Country: "HK"}, map[string]string{}},
		{Address{Name: "A", Line1: "Weg 1", City: "Berlin", Postcode: "10115", Country: "DE"}, map[string]string{}},
		{Address{Name: "A\x00", Line1: strings.Repeat("x", 141), City: "\xff", Postcode: strings.Repeat("9", 30), Country: "FR"},
			map[string]string{"ship.name": "bad_text", "ship.line1": "too_long", "ship.city": "bad_text", "ship.postcode": "too_long"}},
	} {
		v := &problem.Invalid{}
		c.a.Validate("ship", v)
		if got := codes(v); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%+v: %v, want %v", c.a, got, c.want)
		}
	}
}

func TestAddressesArePrintedInTheOrderOfTheirCountry(t *testing.T) {
	t.Parallel()
	full := Address{Name: "Ann Lee", Company: "Lee Ltd", Line1: "1 Long Street", Line2: "Floor 2", City: "Town", Region: "RG", Postcode: "12345"}
	for country, want := range map[string]string{
		"DE": "Ann Lee|Lee Ltd|1 Long Street|Floor 2|12345 Town|RG|Germany",
		"US": "Ann Lee|Lee Ltd|1 Long Street|Floor 2|Town, RG 12345|United States",
		"GB": "Ann Lee|Lee Ltd|1 Long Street|Floor 2|Town|RG|12345|United Kingdom",
		"IT": "Ann Lee|Lee Ltd|1 Long Street|Floor 2|12345 Town RG|Italy",
		"BR": "Ann Lee|Lee Ltd|1 Long Street|Floor 2|Town - RG|12345|Brazil",
		"AU": "Ann Lee|Lee Ltd|1 Long Street|Floor 2|Town RG 12345|Australia",
	} {
		a := full
		a.Country = country
		if got := strings.Join(a.Format("en"), "|"); got != want {
			t.Errorf("%s: %s, want %s", country, got, want)
		}
	}
	for _, c := range []struct {
		a    Address
		want string
	}{
		{Address{Company: "Lee Ltd", Line1: "1 St", City: "Town", Postcode: "12345", Country: "US"}, "Lee Ltd|1 St|Town 12345|Vereinigte Staaten"},
		{Address{Name: "A", Region: "NY", Postcode: "1", Country: "US"}, "A|NY 1|Vereinigte Staaten"},
		{Address{Name: "A", City: "Town"}, "A|Town"},
	} {
		if got := strings.Join(c.a.Format("de"), "|"); got != c.want {
			t.Errorf("%s, want %s", got, c.want)
		}
	}
}

func TestEveryCountryHasNameOrderAndFields(t *testing.T) {
	t.Parallel()
	if n := len(Countries()); n != 250 {
		t.Errorf("%d countries", n)
	}
	for _, code := range Countries() {
		c := CountryOf(code)
		if c.order == "" || c.Name("en") == code || c.Name("de") == code {
			t.Errorf("%s: %q, %q, order %q", code, c.Name("en"), c.Name("de"), c.order)
		}
		fields := map[string]bool{}
		for _, f := range c.Fields() {
			fields[f.Name] = true
		}
		if len(fields) != 9 {
			t.Errorf("%s: fields %v", code, fields)
		}
		if example := c.PostcodeExample(); example != "" {
			if got, ok := c.postcode(example); !ok || got != example {
				t.Errorf("%s: its example %q is read as %q", code, example, got)
			}
		}
		if countryCode(c.Name("en")) != code || countryCode(strings.ToUpper(c.Name("de"))) != code {
			t.Errorf("%s is not found by its names", code)
		}
	}
	if f := CountryOf("US").Fields(); f[len(f)-2].Label != "field.zip" || !f[len(f)-2].Required {
		t.Errorf("%v", f)
	}
}

func TestNotesNameWhatToLookAt(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a    Address
		want string
	}{
		{Address{Line1: "Hauptstraße", City: "Berlin", Country: "DE", Phone: "1"}, "address.warn.no_number"},
		{Address{Line1: "Postfach 12 34", City: "Berlin", Country: "DE", Phone: "1"}, "address.warn.po_box"},
		{Address{Line1: "P.O. Box 77", City: "Perth", Country: "AU", Phone: "1"}, "address.warn.po_box"},
		{Address{Line1: "Packstation 101", City: "Berlin", Country: "DE", Phone: "1"}, "address.warn.parcel_locker"},
		{Address{Line1: "Weg 1", City: "Berlin", Country: "DE"}, "address.warn.no_phone"},
		{Address{Line1: "Weg 1, 10115 Berlin", City: "Berlin", Postcode: "10115", Country: "DE", Phone: "1"}, "address.warn.repeated"},
		{Address{Line1: "Weg 1 " + strings.Repeat("x", 40), City: "Berlin", Country: "DE", Phone: "1"}, "address.warn.line_too_long"},
		{Address{Line1: "Rose Cottage", City: "X", Country: "IE", Phone: "1"}, ""},
		{Address{Line1: "Weg 1", City: "Berlin", Country: "DE", Phone: "1"}, ""},
	} {
		notes := c.a.Notes()
		if c.want == "" && len(notes) == 0 {
			continue
		}
		if len(notes) != 1 || notes[0].Code != c.want {
			t.Errorf("%+v: %v, want %s", c.a, notes, c.want)
		}
	}
}

func TestOnePlaceTypedTwiceIsOnePlace(t *testing.T) {
	t.Parallel()
	a := Address{Name: "A", Line1: "Große Straße 1", City: "Köln", Postcode: "50667", Country: "DE"}
	b := Address{Name: "B", Line1: "grosse strasse 1", City: "KOLN", Postcode: "D-50667", Country: "germany"}
	if !a.SamePlace(b) {
		t.Error("not the same place")
	}
	if b.Line2 = "2nd floor"; a.SamePlace(b) {
		t.Error("another floor is another place")
	}
}

func FuzzAddress(f *testing.F) {
	f.Add("P.O. Box 1", "W1T 5DU", "GB", "+44 20 7946 0000")
	f.Add("x\x00", "\xff", "usa", "0151")
	f.Fuzz(func(t *testing.T, line, postcode, country, phone string) {
		a := Address{Name: line, Line1: line, Line2: phone, City: line, Region: postcode, Postcode: postcode, Country: country, Phone: phone}.Normalize()
		if again := a.Normalize(); again != a {
			t.Errorf("%+v changes again to %+v", a, again)
		}
		a.Validate("", &problem.Invalid{})
		a.Format("de")
		a.Notes()
	})
}
