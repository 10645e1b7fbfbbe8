package money

import (
	"encoding/json"
	"errors"
	"math/big"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgtype"
	"pgregory.net/rapid"

	"packhouse/internal/problem"
)

func codeOf(err error) string {
	var v *problem.Invalid
	var r *problem.Refusal
	switch {
	case err == nil:
		return ""
	case errors.As(err, &v) && len(v.Fields) == 1:
		return v.Fields[0].Code
	case errors.As(err, &r):
		return r.Code
	}
	return err.Error()
}

func TestAmountsAreReadAsPeopleTypeThem(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]int64{
		"12": 1200, "1,5": 150, "1.5": 150, "1 000": 100000, "1.234,56": 123456, "1,234.56": 123456, "€12": 1200, "12 €": 1200,
		"12€": 1200, "EUR 12.50": 1250, "12,50 eur": 1250, " 1\u00a0284,50\u202f€ ": 128450, "€\u202f1,284.50": 128450, "1'284.50": 128450, "1’284.50": 128450,
		"5,-": 500, "5.–": 500, "€ 5,--": 500, "-3": -300, "−3,20": -320, "−€\u202f3.20": -320, "€ -3": -300, "+7": 700, ".5": 50, ",5": 50, "€ .5": 50,
		"0.5": 50, "0,500": 50, "1.2340": -1, "12.3000": 1230, "1,234,567": 123456700, "1.234.567,8": 123456780, "12,34,567.50": 123456750,
		"1 234 567,89": 123456789, "１２．５０": 1250, "007": 700, "0": 0, "-0": 0, "9999999999999999": 999999999999999900,
	} {
		if want == -1 {
			if _, err := Parse(in, "EUR"); codeOf(err) != "too_precise" {
				t.Errorf("%q: %v", in, err)
			}
			continue
		}
		if got, err := Parse(in, "EUR"); err != nil || got != Of(want, "EUR") {
			t.Errorf("Parse(%q) = %d, %v, want %d", in, got.Minor, err, want)
		}
	}
}

func TestWhatCanBeReadTwoWaysOrNotAtAllIsRefusedWithItsReason(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"": "required", "   ": "required", "1,234": "ambiguous_number", "1.234": "ambiguous_number", "12.000": "ambiguous_number", "€ 1.234": "ambiguous_number",
		"abc": "not_a_number", "1 00": "not_a_number", "12 34": "not_a_number", "1,23,45": "not_a_number", "1.2.3": "not_a_number", "1.234,567.89": "not_a_number",
		"1..5": "not_a_number", "--5": "not_a_number", "5-": "not_a_number", "(5)": "not_a_number", "1e5": "not_a_number", "0x10": "not_a_number", "NaN": "not_a_number",
		"Inf": "not_a_number", "1.": "not_a_number", "5 5€": "not_a_number", "1\x002": "not_a_number", "٣": "not_a_number", "1,2345": "too_precise", "0.001": "too_precise",
		"$12": "wrong_currency", "12 USD": "wrong_currency", "12 zł": "wrong_currency", "12 pieces": "not_a_number", "1.234 567": "not_a_number",
		"99999999999999999": "too_large", strings.Repeat("9", 40): "too_large", strings.Repeat("9", 500): "not_a_number", "0.123.456": "not_a_number",
	} {
		if got, err := Parse(in, "EUR"); codeOf(err) != want {
			t.Errorf("Parse(%q) = %v, %v, want %s", in, got, err, want)
		}
	}
}

func TestAnAmbiguousNumberOffersBothReadingsAndBothAreThenAccepted(t *testing.T) {
	t.Parallel()
	_, err := ParsePrice("1,234", "EUR")
	var v *problem.Invalid
	if !errors.As(err, &v) {
		t.Fatal(err)
	}
	one, other := v.Fields[0].Args["one"].(string), v.Fields[0].Args["other"].(string)
	a, errA := ParsePrice(one, "EUR")
	b, errB := ParsePrice(other, "EUR")
	if errA != nil || errB != nil || a.String() != "1234" || b.String() != "1.234" {
		t.Errorf("%s → %v %v, %s → %v %v", one, a, errA, other, b, errB)
	}
}

func TestYenHaveNoDecimalsSoTheSeparatorGroups(t *testing.T) {
	t.Parallel()
	if got, err := Parse("¥1,234", "JPY"); err != nil || got.Minor != 1234 {
		t.Errorf("%v %v", got, err)
	}
	if _, err := Parse("12.5", "JPY"); codeOf(err) != "not_whole" {
		t.Errorf("%v", err)
	}
}

func TestWholeNumbersAndRatesAreRead(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]int64{"12": 12, "1 000": 1000, "1.000.000": 1000000, "3.0": 3} {
		if got, err := ParseInt(in); err != nil || got != want {
			t.Errorf("ParseInt(%q) = %d, %v", in, got, err)
		}
	}
	if _, err := ParseInt("1,5"); codeOf(err) != "not_whole" {
		t.Errorf("%v", err)
	}
	for in, want := range map[string]Rate{"19": 190_000, "7,75 %": 77_500, "0.0001%": 1, "100": Whole} {
		if got, err := ParseRate(in); err != nil || got != want {
			t.Errorf("ParseRate(%q) = %d, %v", in, got, err)
		}
	}
	if s := Rate(77_500).Format("de"); s != "7,75\u202f%" {
		t.Error(s)
	}
}

func TestAFormFieldKeepsThePathOfItsProblem(t *testing.T) {
	t.Parallel()
	v := &problem.Invalid{}
	Read(v, "discount", "1,234", "EUR")
	ReadPrice(v, "lines[2].price", "x", "EUR")
	ReadRate(v, "rate", "")
	if len(v.Fields) != 3 || v.Fields[0].Path != "discount" || v.Fields[1].Path != "lines[2].price" || v.Fields[2].Code != "required" {
		t.Errorf("%v", v)
	}
}

func TestAmountsAreWrittenAsTheLanguageDoes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a    Amount
		lang string
		want string
	}{
		{Of(128450, "EUR"), "en", "€\u202f1,284.50"}, {Of(128450, "EUR"), "de", "1.284,50\u202f€"}, {Of(-5, "EUR"), "en", "−€\u202f0.05"},
		{Of(-5, "EUR"), "de-DE", "−0,05\u202f€"}, {Of(1234567, "JPY"), "en", "¥\u202f1,234,567"}, {Of(1500, "KWD"), "en", "KWD\u202f1.500"},
		{Of(100, "CAD"), "xx", "CAD\u202f1.00"}, {Of(100000, "CHF"), "de_CH", "CHF\u202f1’000.00"}, {Of(0, "EUR"), "", "€\u202f0.00"},
		{Of(-1<<63, "EUR"), "en", "−€\u202f92,233,720,368,547,758.08"},
	} {
		if got := c.a.Format(c.lang); got != c.want {
			t.Errorf("%s: %q, want %q", c.lang, got, c.want)
		}
	}
	if s := MustUnitPrice("0.001").Format("de", "EUR"); s != "0,001\u202f€" {
		t.Error(s)
	}
	if s := MustUnitPrice("12.5").Input("EUR"); s != "12.50" {
		t.Error(s)
	}
	if s := FormatInt(-12840, "de"); s != "−12.840" {
		t.Error(s)
	}
}

func TestWhatIsWrittenIsReadBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		cur := rapid.SampledFrom([]Currency{"EUR", "USD", "JPY", "CHF", "CAD", "PLN", "HUF"}).Draw(t, "currency")
		a := Of(rapid.Int64Range(-1e15, 1e15).Draw(t, "minor"), cur)
		lang := rapid.SampledFrom([]string{"en", "de", "fr", "de-ch", "nl", "pl"}).Draw(t, "lang")
		for _, s := range []string{a.Format(lang), a.Plain()} {
			if got, err := Parse(s, cur); err != nil || got != a {
				t.Fatalf("%q is read as %v, %v", s, got, err)
			}
		}
	})
}

func TestUnitPriceGoesThroughPostgresAndJSONUnchanged(t *testing.T) {
	t.Parallel()
	types := pgtype.NewMap()
	for _, s := range []string{"0", "0.001", "12.5", "-3.141592", "999999999999.999999"} {
		p := MustUnitPrice(s)
		for _, format := range []int16{pgtype.TextFormatCode, pgtype.BinaryFormatCode} {
			sent, err := types.Encode(pgtype.NumericOID, format, p, nil)
			if err != nil {
				t.Fatal(err)
			}
			var got UnitPrice
			if err := types.Scan(pgtype.NumericOID, format, sent, &got); err != nil || got != p {
				t.Errorf("%s came back as %v, %v", s, got, err)
			}
		}
		doc, err := json.Marshal(p)
		var got UnitPrice
		if err != nil || json.Unmarshal(doc, &got) != nil || got != p {
			t.Errorf("%s in JSON is %s", s, doc)
		}
	}
	var p UnitPrice
	if err := p.Scan("12.500000"); err != nil || p != MustUnitPrice("12.5") {
		t.Errorf("numeric(20,6) text: %v %v", p, err)
	}
	for _, bad := range []any{nil, "", "x", "1.0000001", "1000000000000", 1.5, strings.Repeat("1", 30), "NaN"} {
		if p.Scan(bad) == nil {
			t.Errorf("%v is no unit price", bad)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"1.234,56", "€ 12", "1 000", "-5,-", "12,34,567.5", "９", "kr. 5", "\x00", "\xff1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		a, err := Parse(s, "EUR")
		if err != nil {
			if code := codeOf(err); strings.Contains(code, " ") {
				t.Errorf("%q: %v has no code", s, err)
			}
			return
		}
		// Whatever is accepted has the digits that were typed, in their order.
		var digits strings.Builder
		for _, r := range strings.Map(plainRune, s) {
			if r >= '0' && r <= '9' {
				digits.WriteRune(r)
			}
		}
		got := strings.TrimLeft(new(big.Int).Abs(big.NewInt(a.Minor)).String(), "0")
		want := strings.Trim(digits.String(), "0")
		if !strings.HasPrefix(got, want) {
			t.Errorf("%q became %d", s, a.Minor)
		}
		if again, err := Parse(a.Format("de"), "EUR"); err != nil || again != a {
			t.Errorf("%q: written and read again: %v, %v", s, again, err)
		}
	})
}
