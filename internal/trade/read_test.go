package trade

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgtype"
	"pgregory.net/rapid"

	"packhouse/internal/id"
	"packhouse/internal/problem"
)

func codeOf(err error) string {
	var v *problem.Invalid
	if errors.As(err, &v) {
		return v.Fields[0].Code
	}
	if err != nil {
		return err.Error()
	}
	return ""
}

func TestQuantitiesAreReadAsPeopleTypeThem(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]Quantity{"12": 12, " 1 000 ": 1000, "12 x 3": 36, "12x3": 36, "2×2×2": 8, "4 * 5": 20, "1,000,000": 1_000_000, "3.0": 3, "0012": 12} {
		if got, err := ParseQuantity(in); err != nil || got != want {
			t.Errorf("%q = %d, %v", in, got, err)
		}
	}
	for in, want := range map[string]string{
		"": "required", "1,5": "not_whole", "1.5 x 2": "not_whole", "1,000": "ambiguous_number", "0": "too_small", "-3": "too_small", "12 x 0": "too_small",
		"abc": "bad_quantity", "x": "bad_quantity", "12 x": "bad_quantity", "x 3": "bad_quantity", "2 xx 3": "bad_quantity", "1x1x1x1": "bad_quantity", "12 pieces": "bad_quantity",
		"1000001": "too_large", "9223372036854775808": "too_large", "100000 x 100000 x 9999999999": "too_large", "1\x002": "bad_quantity", strings.Repeat("1", 200): "bad_quantity",
	} {
		if got, err := ParseQuantity(in); codeOf(err) != want {
			t.Errorf("%q = %d, %v, want %s", in, got, err, want)
		}
	}
}

// A03: several lines pasted at once.
func TestAPastedListIsReadLineByLine(t *testing.T) {
	t.Parallel()
	v := &problem.Invalid{}
	got := PastedLines(v, "paste", "MUG-01 12\r\n\nTEA\t3\nCUP;12 x 3\nPOT, 2\nSPOON\nBAD 1,5\n", 10)
	want := []Pasted{{1, "MUG-01", 12}, {3, "TEA", 3}, {4, "CUP", 36}, {5, "POT", 2}, {6, "SPOON", 1}}
	if len(got) != len(want) {
		t.Fatalf("%v", got)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("%v, want %v", got[i], want[i])
		}
	}
	if len(v.Fields) != 1 || v.Fields[0].Code != "bad_line" || v.Fields[0].Args["line"] != 7 {
		t.Errorf("%v", v.Fields)
	}
	v = &problem.Invalid{}
	if got := PastedLines(v, "paste", "A\nB\nC", 2); len(got) != 2 || v.Fields[0].Code != "too_many_lines" {
		t.Errorf("%v %v", got, v)
	}
}

func TestTextIsFoldedAndWhatCannotBeStoredIsRefused(t *testing.T) {
	t.Parallel()
	if s, err := Line(" a\r\n\tb \u2028c ", 10); err != nil || s != "a b  c" {
		t.Errorf("%q %v", s, err)
	}
	if s, err := Text(" a\r\nb\rc\n ", 10); err != nil || s != "a\nb\nc" {
		t.Errorf("%q %v", s, err)
	}
	if s, err := Line("e\u0301", 1); err != nil || s != "é" {
		t.Errorf("%q %v", s, err)
	}
	for in, want := range map[string]string{"a\x00b": "bad_text", "\x00": "bad_text", "a\xff": "bad_text", "\xed\xa0\x80": "bad_text", "abcdefghijk": "too_long"} {
		if _, err := Line(in, 10); codeOf(err) != want {
			t.Errorf("%q: %v", in, err)
		}
		if _, err := Text(in, 10); codeOf(err) != want {
			t.Errorf("%q: %v", in, err)
		}
	}
	v := &problem.Invalid{}
	ReadLine(v, "name", "\x00", 5)
	ReadText(v, "note", "123456", 5)
	if m := codes(v); m["name"] != "bad_text" || m["note"] != "too_long" {
		t.Errorf("%v", m)
	}
}

func TestSearchKeysHaveNoAccentsAndNoCase(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"Straße": "strasse", "ÅNGSTRÖM": "angstrom", "Łódź": "lodz", "Ærø": "aero", "Ｆｕｌｌ": "full", "ΑΒΓ": "αβγ", "Ё": "е", "ﬁn": "fin", "e\u0301": "e"} {
		if got := SearchFold(in); got != want {
			t.Errorf("%q → %q, want %q", in, got, want)
		}
	}
}

// A06: found by phone digits in any format.
func TestAPhoneIsFoundByItsDigitsHoweverItIsTyped(t *testing.T) {
	t.Parallel()
	stored, err := E164("0151 234 567 89", "DE")
	if err != nil || stored != "+4915123456789" {
		t.Fatal(stored, err)
	}
	for _, typed := range []string{"+49 (0)151 234-567-89", "0049 151 23456789", "0151/23456789", "151 23456789", "+4915123456789", "٠١٥١٢٣٤٥٦٧٨٩", "0151 23456789 ext. 5"} {
		if !strings.HasSuffix(PhoneDigits(stored), strings.TrimPrefix(PhoneDigits(typed), "49")) {
			t.Errorf("%q → %q is not in %q", typed, PhoneDigits(typed), PhoneDigits(stored))
		}
	}
	for _, bad := range []string{"", "12", "call me", "+999 123", strings.Repeat("1", 300), "\x00"} {
		if got, err := E164(bad, "DE"); err == nil {
			t.Errorf("%q is taken as %q", bad, got)
		}
	}
	v := &problem.Invalid{}
	if ReadPhone(v, "phone", " ", "DE") != "" || len(v.Fields) != 0 || ReadPhone(v, "phone", "x", "DE") != "" || codes(v)["phone"] != "bad_phone" {
		t.Errorf("%v", v)
	}
}

func TestMailAddressesAreNormalisedAndHeadersCannotBeInjected(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		" Ann.Lee+x@Example.COM ": "Ann.Lee+x@example.com", "jeff@臺網中心.tw": "jeff@xn--fiqq24b10vi0d.tw", `"a b"@example.com`: `"a b"@example.com`, "user@bücher.de": "user@xn--bcher-kva.de",
	} {
		if got, err := Email(in); err != nil || got != want {
			t.Errorf("%q → %q, %v", in, got, err)
		}
	}
	for _, bad := range []string{"", "a@b", "a@localhost", "a@[127.0.0.1]", "a@1.2.3.4", "a@b.com\r\nBcc: x@y.com", "a\r\n@b.com", "a@b.com,c@d.com", "Ann <a@b.com>", "a@b..com", "a@-b.com", "a b@c.com",
		"\"a\r\nb\"@c.com", "a@b.com\x00", "@b.com", "a@", "“a”@b.com", strings.Repeat("a", 65) + "@b.com", "a@" + strings.Repeat("b.", 130) + "com", "a@b.c_d.com", "a@exa\u200bmple.com\n.x"} {
		if got, err := Email(bad); err == nil {
			t.Errorf("%q is taken as %q", bad, got)
		}
	}
	if s := EmailShown("user@xn--bcher-kva.de"); s != "user@bücher.de" {
		t.Error(s)
	}
	if EmailKey("Ann@example.com") != EmailKey("ann@example.com") {
		t.Error("case tells mailboxes apart")
	}
}

func TestTaxNumbersAreNormalisedAndTheirCheckDigitsTried(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ in, country, want string }{
		{"DE 136,695 976", "DE", ""}, {"136 695 976", "DE", "DE136695976"}, {"de136695976", "FR", "DE136695976"}, {"ATU 1358 5627", "AT", "ATU13585627"}, {"U13585627", "AT", "ATU13585627"},
		{"FR 40 303 265 045", "", "FR40303265045"}, {"IT 00743110157", "IT", "IT00743110157"}, {"NL004495445B01", "NL", "NL004495445B01"}, {"BE 0428.759.497", "BE", "BE0428759497"}, {"428759497", "BE", "BE0428759497"},
		{"ES B-58378431", "ES", "ESB58378431"}, {"54362315K", "ES", "ES54362315K"}, {"X-5253868-R", "ES", "ESX5253868R"}, {"PL 8567346215", "PL", "PL8567346215"}, {"GB 980 7806 84", "GB", "GB980780684"},
		{"PT 501 964 843", "PT", "PT501964843"}, {"DK 13585628", "DK", "DK13585628"}, {"FI 20774740", "FI", "FI20774740"}, {"LU 150 274 42", "LU", "LU15027442"}, {"SE123456789701", "SE", "SE123456789701"},
		{"CHE-107.787.577 MWST", "CH", "CHE107787577MWST"}, {"094259216", "GR", "EL094259216"}, {"12-3456789", "US", "123456789"}, {"GD001", "GB", "GBGD001"},
	} {
		got, err := TaxID(c.in, c.country)
		if c.want == "" {
			if codeOf(err) != "bad_tax_id" {
				t.Errorf("%q: %q, %v", c.in, got, err)
			}
			continue
		}
		if err != nil || got != c.want {
			t.Errorf("%q of %s → %q, %v, want %q", c.in, c.country, got, err, c.want)
		}
		if again, err := TaxID(got, c.country); err != nil || again != got {
			t.Errorf("%q changes again to %q, %v", got, again, err)
		}
	}
	for in, want := range map[string]string{
		"DE136695977": "bad_tax_id_check", "ATU13585626": "bad_tax_id_check", "FR41303265045": "bad_tax_id_check", "IT00743110158": "bad_tax_id_check", "NL004495446B01": "bad_tax_id_check",
		"BE0428759498": "bad_tax_id_check", "ESB58378432": "bad_tax_id_check", "PL8567346216": "bad_tax_id_check", "GB980780685": "bad_tax_id_check", "DE12": "bad_tax_id", "": "required", "123": "tax_id_country_unknown", "D\x00E": "bad_tax_id",
	} {
		if got, err := TaxID(in, ""); codeOf(err) != want {
			t.Errorf("%q: %q, %v, want %s", in, got, err, want)
		}
	}
}

func FuzzTaxID(f *testing.F) {
	f.Add("NL004495445B01", "NL")
	f.Add("GBHA500", "GR")
	f.Fuzz(func(t *testing.T, s, country string) {
		got, err := TaxID(s, country)
		if err == nil && strings.Trim(got, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") != "" {
			t.Errorf("%q → %q", s, got)
		}
	})
}

func FuzzEmail(f *testing.F) {
	f.Add("jeff@臺網中心.tw")
	f.Add("\"a b\"@example.com\r\nBcc: x")
	f.Fuzz(func(t *testing.T, s string) {
		got, err := Email(s)
		if err != nil {
			return
		}
		if strings.ContainsAny(got, "\r\n\x00") || len(got) > 254 {
			t.Errorf("%q → %q", s, got)
		}
		if again, err := Email(got); err != nil || again != got {
			t.Errorf("%q changes again to %q, %v", got, again, err)
		}
	})
}

func FuzzQuantity(f *testing.F) {
	f.Add("12 x 3")
	f.Fuzz(func(t *testing.T, s string) {
		if q, err := ParseQuantity(s); err == nil && (q < 1 || q > MaxQuantity) {
			t.Errorf("%q → %d", s, q)
		}
	})
}

func TestDaysAreReadWhereTheyMeanOneDay(t *testing.T) {
	t.Parallel()
	want := Day{2025, time.December, 31}
	for _, in := range []string{"2025-12-31", "31.12.2025", "31/12/2025", "12/31/2025", " 2025-12-31 "} {
		if got, err := ParseDay(in); err != nil || got != want {
			t.Errorf("%q: %v %v", in, got, err)
		}
	}
	for in, code := range map[string]string{"": "required", "03/04/2025": "ambiguous_day", "2025-02-30": "bad_day", "0025-01-01": "bad_day", "tomorrow": "bad_day", "31.12.25": "bad_day"} {
		if _, err := ParseDay(in); codeOf(err) != code {
			t.Errorf("%q: %v", in, err)
		}
	}
	if d, err := ParseDay("04/04/2025"); err != nil || d != (Day{2025, time.April, 4}) {
		t.Errorf("%v %v", d, err)
	}
}

func TestADayIsAsLongAsTheClocksMakeIt(t *testing.T) {
	t.Parallel()
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	for day, hours := range map[Day]float64{{2025, 3, 30}: 23, {2025, 10, 26}: 25, {2025, 6, 1}: 24} {
		if got := day.End(berlin).Sub(day.Start(berlin)).Hours(); got != hours {
			t.Errorf("%v has %v hours", day, got)
		}
	}
	beirut, err := time.LoadLocation("Asia/Beirut")
	if err != nil {
		t.Fatal(err)
	}
	if s := (Day{2022, 3, 27}).Start(beirut); s.Hour() != 1 || s.Day() != 27 { // the clocks went on at midnight
		t.Errorf("%v", s)
	}
	if d := DayOf(time.Date(2025, 1, 1, 23, 30, 0, 0, time.UTC), berlin); d != (Day{2025, 1, 2}) {
		t.Errorf("%v", d)
	}
}

func TestDaysAddAndComeBackFromPostgres(t *testing.T) {
	t.Parallel()
	types := pgtype.NewMap()
	rapid.Check(t, func(t *rapid.T) {
		d := NewDay(2000, 1, rapid.IntRange(-30_000, 60_000).Draw(t, "date"))
		n := rapid.IntRange(-1000, 1000).Draw(t, "n")
		if d.Add(n).Since(d) != n || d.Add(n).Before(d) != (n < 0) {
			t.Fatalf("%v + %d", d, n)
		}
		sent, err := types.Encode(pgtype.DateOID, pgtype.TextFormatCode, d, nil)
		var got Day
		if err != nil || types.Scan(pgtype.DateOID, pgtype.TextFormatCode, sent, &got) != nil || got != d {
			t.Fatalf("%v came back as %v, %v", d, got, err)
		}
	})
	var none Day
	if v, err := none.Value(); v != nil || err != nil || none.Scan(nil) != nil || !none.IsZero() || none.String() != "" {
		t.Error("no day is null")
	}
}

func TestAPeriodHoldsBothItsEnds(t *testing.T) {
	t.Parallel()
	p := Period{Day{2025, 1, 30}, Day{2025, 2, 2}}
	if p.Days() != 4 || !p.Contains(p.From) || !p.Contains(p.Through) || p.Contains(p.Through.Add(1)) || !(Period{}).Contains(p.From) {
		t.Errorf("%v", p)
	}
	from, to := p.Bounds(time.UTC)
	if to.Sub(from) != 4*24*time.Hour {
		t.Errorf("%v %v", from, to)
	}
	v := &problem.Invalid{}
	Period{p.Through, p.From}.Validate("days", v)
	if codes(v)["days"] != "bad_period" {
		t.Errorf("%v", v)
	}
}

func TestDemandIsSummedPerSKU(t *testing.T) {
	t.Parallel()
	got := TotalBySKU([]Demand{{1, 7, 3}, {2, 7, 4}, {3, 8, 1}})
	if got[id.SKU(7)] != 7 || got[id.SKU(8)] != 1 {
		t.Errorf("%v", got)
	}
}
