//go:build data

package trade

import (
	"encoding/json"
	"encoding/xml"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"packhouse/internal/problem"
)

// sample opens a file of the real data: DATA_SAMPLES, or ../shared/data beside
// the module.
func sample(t *testing.T, name string) []byte {
	t.Helper()
	dir := os.Getenv("DATA_SAMPLES")
	if dir == "" {
		dir = "../../../shared/data"
	}
	b, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

type realAddress struct {
	Components map[string]any `json:"components"`
	Expected   string         `json:"expected"`
}

func (r realAddress) get(keys ...string) string {
	for _, k := range keys {
		switch v := r.Components[k].(type) {
		case string:
			return v
		case float64:
			b, _ := json.Marshal(v)
			return string(b)
		}
	}
	return ""
}

func realAddresses(t *testing.T) []realAddress {
	var all []realAddress
	if err := json.Unmarshal(sample(t, "nasty/addresses.json"), &all); err != nil {
		t.Fatal(err)
	}
	return all
}

func (r realAddress) address() Address {
	return Address{
		Name: "A. Reader", Line1: strings.TrimSpace(r.get("road", "pedestrian", "suburb", "neighbourhood") + " " + r.get("house_number")),
		City: r.get("city", "town", "village", "municipality", "hamlet", "county", "state"), Region: r.get("state_code", "state"),
		Postcode: r.get("postcode"), Country: r.get("country_code"),
	}.Normalize()
}

func TestRealAddressesKeepTheirPartsAndStandInTheCountrysOrder(t *testing.T) {
	t.Parallel()
	compared, same := 0, 0
	for _, r := range realAddresses(t) {
		a := r.address()
		if !KnownCountry(a.Country) {
			continue
		}
		printed := strings.Join(a.Format("en"), "\n")
		for _, part := range []string{a.Line1, a.City, a.Region, a.Postcode} {
			if !strings.Contains(printed, part) {
				t.Errorf("%s: %q is lost in %q", a.Country, part, printed)
			}
		}
		postcode := r.get("postcode")
		city, code := strings.Index(r.Expected, a.City), strings.Index(r.Expected, postcode)
		if a.City == a.Region || a.City == CountryOf(a.Country).Name("en") { // told apart by nothing
			continue
		}
		if postcode == "" || a.City == "" || city < 0 || code < 0 || strings.Contains(postcode, ";") || strings.Contains(postcode, ",") {
			continue
		}
		compared++
		if (strings.Index(printed, a.City) < strings.Index(printed, a.Postcode)) == (city < code) {
			same++
		} else {
			t.Logf("%s: %q, expected %q", a.Country, printed, r.Expected)
		}
	}
	t.Logf("%d of %d in the expected order", same, compared)
	if compared < 150 || same*100 < compared*90 {
		t.Errorf("%d of %d in the expected order", same, compared)
	}
}

func TestRealPostcodesAreAccepted(t *testing.T) {
	t.Parallel()
	tried, taken := 0, 0
	for _, r := range realAddresses(t) {
		a := r.address()
		if a.Postcode == "" || !KnownCountry(a.Country) {
			continue
		}
		tried++
		v := &problem.Invalid{}
		a.Validate("ship", v)
		if v.Has("ship.postcode") {
			t.Logf("%s %q", a.Country, a.Postcode)
			continue
		}
		taken++
	}
	t.Logf("%d of %d taken", taken, tried)
	if tried < 250 || taken*100 < tried*85 {
		t.Errorf("%d of %d taken", taken, tried)
	}
}

func TestRealAddressesOfListedRegionsAreAccepted(t *testing.T) {
	t.Parallel()
	for _, r := range realAddresses(t) {
		a := r.address()
		v := &problem.Invalid{}
		a.Validate("", v)
		if v.Has("region") && a.Region != "" {
			t.Logf("%s %q", a.Country, a.Region)
		}
		for _, f := range v.Fields {
			if f.Path == "line1" && a.Line1 != "" || f.Path == "city" && a.City != "" || f.Path == "country" && KnownCountry(a.Country) {
				t.Errorf("%+v: %+v", a, f)
			}
		}
	}
}

func TestMailAddressesAreJudgedAsTheStandardTestSetDoes(t *testing.T) {
	t.Parallel()
	var set struct {
		Tests []struct {
			Address   string `xml:"address"`
			Category  string `xml:"category"`
			Diagnosis string `xml:"diagnosis"`
		} `xml:"test"`
	}
	if err := xml.Unmarshal(sample(t, "nasty/isemail_tests.xml"), &set); err != nil {
		t.Fatal(err)
	}
	// Right by the letter, yet nobody's: a top-level domain alone.
	differ := map[string]bool{"test@io": true}
	for _, c := range set.Tests {
		address := strings.Map(func(r rune) rune { // the set writes control characters as pictures of them
			if r >= 0x2400 && r < 0x2420 {
				return r - 0x2400
			}
			return r
		}, c.Address)
		_, err := Email(address)
		switch c.Category {
		case "ISEMAIL_VALID_CATEGORY", "ISEMAIL_DNSWARN":
			if err != nil && !differ[address] {
				t.Errorf("%q (%s) is refused", address, c.Diagnosis)
			}
		case "ISEMAIL_ERR", "ISEMAIL_CFWS", "ISEMAIL_RFC5322":
			if err == nil && strings.TrimSpace(address) == address {
				t.Errorf("%q (%s %s) is taken", address, c.Category, c.Diagnosis)
			}
		default:
			t.Logf("%q %s %s: taken %v", address, c.Category, c.Diagnosis, err == nil)
		}
	}
}

func TestInternationalMailAddressesAreTaken(t *testing.T) {
	t.Parallel()
	var set struct {
		Valid   []string          `json:"valid"`
		Invalid []string          `json:"invalid"`
		ASCII   map[string]string `json:"idn_domain_ascii"`
	}
	if err := json.Unmarshal(sample(t, "nasty/emails_international.json"), &set); err != nil {
		t.Fatal(err)
	}
	for _, s := range set.Valid {
		if _, err := Email(s); err != nil {
			t.Errorf("%q is refused", s)
		}
	}
	for _, s := range set.Invalid {
		if got, err := Email(s); err == nil {
			t.Errorf("%q is taken as %q", s, got)
		}
	}
	for s, domain := range set.ASCII {
		if got, err := Email(s); err != nil || !strings.HasSuffix(got, "@"+domain) {
			t.Errorf("%q became %q, %v", s, got, err)
		}
	}
}

func TestMailAddressesOfTheFuzzListsAreJudged(t *testing.T) {
	t.Parallel()
	// What the list calls valid and no mail comes to: bare IP addresses, names
	// without a dot, obsolete quoting within a name, a lone backslash.
	unreachable := []string{"name@129.129.129.129", "name@[129.129.129.129]", `much."more\ unusual"@address.com`, `very.unusual."@".unusual.com@address.com`,
		`very."(),:;<>[]".VERY."very@\\ "very".unusual@strange.address.com`, `\$A12345@address.com`, "jacco@mailserver1"}
	for _, s := range lines(sample(t, "nasty/fuzzdb_valid-email-addresses.txt")) {
		_, err := Email(s)
		if refused := err != nil; refused != contains(unreachable, s) {
			t.Errorf("%q: refused %v", s, refused)
		}
	}
	// What the list calls invalid and mail servers do take.
	fine := []string{"うえあいお@address.com", "sql'or'1'='1'or'test@email.com"}
	for _, s := range lines(sample(t, "nasty/fuzzdb_invalid-email-addresses.txt")) {
		got, err := Email(s)
		if err == nil && !contains(fine, s) && strings.TrimSpace(s) == s {
			t.Errorf("%q is taken as %q", s, got)
		}
	}
	for _, s := range lines(sample(t, "nasty/fuzzdb_crlf-injection.txt")) {
		if got, err := Email("a@example.com" + s); err == nil && strings.ContainsAny(got, "\r\n") {
			t.Errorf("%q came through", got)
		}
	}
}

func TestNastyTextIsKeptOrRefusedInWords(t *testing.T) {
	t.Parallel()
	var naughty []string
	if err := json.Unmarshal(sample(t, "nasty/blns.json"), &naughty); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"fuzzdb_HTML5sec_Injections.txt", "fuzzdb_NullByteRepresentations.txt", "fuzzdb_corrupted.txt", "fuzzdb_naughty-unicode.txt",
		"fuzzdb_terminal-escape-codes.txt", "fuzzdb_emoji.txt", "fuzzdb_regionalindicators.txt", "csv_injection.txt", "fuzzdb_format-strings.txt", "fuzzdb_integer-overflows.txt"} {
		naughty = append(naughty, strings.Split(string(sample(t, "nasty/"+name)), "\n")...)
	}
	for _, s := range naughty {
		once, err := Text(s, 0)
		if (err == nil) != storable(s) {
			t.Errorf("%q: %v", s, err)
		}
		if twice, err := Text(once, 0); err != nil || twice != once {
			t.Errorf("%q changes again to %q", once, twice)
		}
		SearchFold(s)
		PhoneDigits(s)
		_, _ = ParseQuantity(s)
		_, _ = TaxID(s, "DE")
		_, _ = E164(s, "DE")
		a := Address{Name: s, Line1: s, City: s, Country: s, Postcode: s, Region: s, Phone: s}.Normalize()
		a.Validate("", &problem.Invalid{})
		a.Format("de")
		a.Notes()
	}
}

func lines(b []byte) []string {
	return strings.Split(strings.ReplaceAll(strings.TrimSpace(string(b)), "\r\n", "\n"), "\n")
}

func contains(list []string, s string) bool {
	for _, l := range list {
		if l == s {
			return true
		}
	}
	return false
}
