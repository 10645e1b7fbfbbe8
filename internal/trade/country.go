package trade

import (
	_ "embed"
	"maps"
	"slices"
	"strings"
	"sync"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
)

// Country is what a country asks of its addresses.
type Country struct {
	Code          string // ISO 3166-1 alpha-2
	NeedsCity     bool
	NeedsRegion   bool
	NeedsPostcode bool
	numbered      bool // houses have numbers, so one without is worth a note
	order         string
	postcodes     []string // masks
	labels        map[string]string
}

// orders are the lines of an address in print. N name, O company, A and B the
// street lines, C city, S region, Z postcode; / ends a line. What stands
// between two parts is printed only between two that are filled in.
var orders = map[string]string{
	"eu":    "N/O/A/B/Z C/S",
	"eus":   "N/O/A/B/Z C/S",
	"it":    "N/O/A/B/Z C S",
	"us":    "N/O/A/B/C, S Z",
	"ca":    "N/O/A/B/C, S Z",
	"au":    "N/O/A/B/C S Z",
	"gb":    "N/O/A/B/C/S/Z",
	"cz":    "N/O/A/B/C Z/S",
	"dash":  "N/O/A/B/C - Z/S",
	"br":    "N/O/A/B/C - S/Z",
	"mx":    "N/O/A/B/Z C, S",
	"in":    "N/O/A/B/C - Z/S",
	"inn":   "N/O/A/B/C Z/S",
	"id":    "N/O/A/B/C/S Z",
	"jp":    "N/O/A/B/C, S Z",
	"cn":    "N/O/A/B/Z C/S",
	"kr":    "N/O/A/B/C/S/Z",
	"hu":    "N/O/Z C/A/B/S",
	"lv":    "N/O/A/B/C, Z/S",
	"tr":    "N/O/A/B/Z C S",
	"cr":    "N/O/A/B/S, C/Z",
	"vn":    "N/O/A/B/C/S Z",
	"ve":    "N/O/A/B/C Z, S",
	"state": "N/O/A/B/C/S Z",
}

//go:embed countries.txt
var countryRows string

//go:embed regions.txt
var regionRows string

var countries = readCountries()

func readCountries() map[string]Country {
	all := map[string]Country{}
	for code := range strings.FieldsSeq(countryCodes) {
		all[code] = Country{Code: code, NeedsCity: true, order: orders["eu"]}
	}
	for row := range strings.Lines(countryRows) {
		f := strings.Split(strings.TrimSpace(row), "|")
		if strings.HasPrefix(row, "#") || len(f) < 5 {
			continue
		}
		c := Country{Code: f[0], order: orders[f[2]], labels: map[string]string{}}
		c.NeedsCity, c.NeedsRegion = strings.Contains(f[1], "C"), strings.Contains(f[1], "S")
		c.NeedsPostcode, c.numbered = strings.Contains(f[1], "Z"), strings.Contains(f[1], "H")
		if f[3] != "" {
			c.postcodes = strings.Split(f[3], ",")
		}
		for i, label := range strings.Split(f[len(f)-1], ",") {
			if label != "" {
				c.labels[[]string{"city", "region", "postcode"}[i]] = "field." + label
			}
		}
		all[c.Code] = c
	}
	return all
}

// regions maps country → folded code or name → code.
var regions = sync.OnceValue(func() map[string]map[string]string {
	all := map[string]map[string]string{}
	for row := range strings.Lines(regionRows) {
		f := strings.SplitN(strings.TrimSpace(row), " ", 3)
		if len(f) < 3 || f[0] == "#" {
			continue
		}
		if all[f[0]] == nil {
			all[f[0]] = map[string]string{}
		}
		all[f[0]][SearchFold(f[1])], all[f[0]][SearchFold(f[2])] = f[1], f[1]
	}
	return all
})

// CountryOf finds a country by its code; of an unknown one it is a country
// that asks for a city only.
func CountryOf(code string) Country {
	if c, ok := countries[code]; ok {
		return c
	}
	return Country{Code: code, NeedsCity: true, order: orders["eu"]}
}

// KnownCountry reports whether code is of ISO 3166-1, in capitals.
func KnownCountry(code string) bool { _, ok := countries[code]; return ok }

// Countries lists every code in alphabetical order.
func Countries() []string { return slices.Sorted(maps.Keys(countries)) }

// renamed are the countries whose name is younger than the names we build on.
var renamed = map[string][2]string{
	"SZ": {"Eswatini", "Eswatini"}, "MK": {"North Macedonia", "Nordmazedonien"}, "TR": {"Türkiye", "Türkei"}, "CZ": {"Czechia", "Tschechien"},
	"HK": {"Hong Kong", "Hongkong"}, "MO": {"Macao", "Macau"}, "MM": {"Myanmar", "Myanmar"}, "PS": {"Palestine", "Palästina"},
}

// Name is the country in a language (English or German): "Germany".
func (c Country) Name(lang string) string {
	german := strings.HasPrefix(strings.ToLower(lang), "de")
	if names, ok := renamed[c.Code]; ok {
		if german {
			return names[1]
		}
		return names[0]
	}
	region, err := language.ParseRegion(c.Code)
	if err != nil || !KnownCountry(c.Code) {
		return c.Code
	}
	if german {
		return display.German.Regions().Name(region)
	}
	return display.English.Regions().Name(region)
}

// Format is Name, so that a sentence can hold a country.
func (c Country) Format(lang string) string { return c.Name(lang) }

// byName finds a country by what files and people call it.
var byName = sync.OnceValue(func() map[string]string {
	names := map[string]string{
		"uk": "GB", "el": "GR", "england": "GB", "scotland": "GB", "wales": "GB", "northern ireland": "GB", "great britain": "GB", "usa": "US", "u.s.a.": "US",
		"united states of america": "US", "eire": "IE", "republic of ireland": "IE", "rsa": "ZA", "channel islands": "JE", "holland": "NL", "czech republic": "CZ",
		"turkey": "TR", "swaziland": "SZ", "macedonia": "MK", "korea": "KR", "russian federation": "RU", "viet nam": "VN", "uae": "AE", "cote d'ivoire": "CI", "congo, drc": "CD", "brd": "DE",
	}
	for code := range countries {
		for _, lang := range []string{"en", "de"} {
			names[SearchFold(CountryOf(code).Name(lang))] = code
		}
	}
	return names
})

// countryCode is the code for a code or a name; what it does not know it
// returns as it is.
func countryCode(s string) string {
	if code := strings.ToUpper(s); KnownCountry(code) {
		return code
	}
	if code, ok := byName()[SearchFold(s)]; ok {
		return code
	}
	return s
}

// regionCode is the code for the region's code or name. Where a country's
// regions are not listed, every text is right.
func (c Country) regionCode(s string) (string, bool) {
	known, listed := regions()[c.Code]
	if !listed {
		return s, true
	}
	code, ok := known[strings.TrimPrefix(SearchFold(s), SearchFold(c.Code)+"-")]
	return code, ok
}
