package words

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"packhouse/internal/money"
	"packhouse/internal/problem"
	"packhouse/internal/trade"
)

func TestTheFilesOfEveryLanguageAreSound(t *testing.T) {
	t.Parallel()
	for _, err := range faults {
		t.Error(err)
	}
}

func TestLanguagesAskForTheSameArguments(t *testing.T) {
	t.Parallel()
	for lang, c := range all {
		for code, s := range c.sentences {
			in, ok := all[english].sentences[code]
			if !ok {
				t.Errorf("%s says %s, English does not", lang, code)
				continue
			}
			if strings.HasPrefix(code, "date.") { // each picks the parts it writes
				continue
			}
			if !slices.Equal(in.names(), s.names()) {
				t.Errorf("%s: English asks for %v, %s for %v", code, in.names(), lang, s.names())
			}
		}
	}
}

func TestAPluralStandsBesideItsNumber(t *testing.T) {
	t.Parallel()
	for lang, c := range all {
		for code, s := range c.sentences {
			for _, p := range s.pieces {
				if len(p.forms) > 0 && !slices.ContainsFunc(s.pieces, func(q piece) bool { return q.name == p.name && len(q.forms) == 0 }) {
					t.Errorf("%s %s: %s chooses a form, but {%s} is nowhere written", lang, code, p.text, p.name)
				}
			}
		}
	}
}

func TestFaultsInTheFilesAreFound(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ one, two string }{
		"twice in two files": {`{"a":"x"}`, `{"a":"y"}`},
		"twice in one file":  {`{"a":"x","a":"y"}`, `{}`},
		"open brace":         {`{"a":"x {n"}`, `{}`},
		"closing brace":      {`{"a":"x} n"}`, `{}`},
		"no name":            {`{"a":"{}"}`, `{}`},
		"unknown style":      {`{"a":"{at:hour}"}`, `{}`},
		"three forms":        {`{"a":"{n|a|b|c}"}`, `{}`},
		"empty sentence":     {`{"a":" "}`, `{}`},
		"not text":           {`{"a":5}`, `{}`},
		"not an object":      {`["a"]`, `{}`},
		"cut off":            {`{"a":"x"`, `{}`},
	} {
		from := fstest.MapFS{"en/one.json": {Data: []byte(c.one)}, "en/two.json": {Data: []byte(c.two)}}
		if _, wrong := load(from); len(wrong) == 0 {
			t.Errorf("%s was not found", name)
		}
	}
}

func TestSentencesAreFilledByTheTypeOfTheirArguments(t *testing.T) {
	t.Parallel()
	from := fstest.MapFS{"en/x.json": {Data: []byte(`{"n":"{n} {n|piece|pieces}","v":"<{v}>","day":"{at:day} {at:time}","at":"{at}","word":"{r:word}","r1":"broken","list.and":"{first} and {last}",
		"date.day":"{d} {month} {year}","date.moment":"{day}, {time}","month.short.12":"Dec","time.minutes":"{n} min","time.hours":"{n} h"}`)}}
	c, wrong := load(from)
	if len(wrong) > 0 {
		t.Fatal(wrong)
	}
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2025, 12, 4, 23, 5, 0, 0, time.UTC)
	for _, k := range []struct {
		code  string
		name  string
		value any
		want  string
	}{
		{"n", "n", 1, "1 piece"}, {"n", "n", 0, "0 pieces"}, {"n", "n", int64(12840), "12,840 pieces"}, {"n", "n", -1, "−1 piece"}, {"n", "n", 10_000_001, "10,000,001 pieces"}, {"n", "n", 1.0, "1 piece"},
		{"v", "v", "a {n} <b>", "<a {n} <b>>"}, {"v", "v", money.Of(128450, "EUR"), "<€\u202f1,284.50>"}, {"v", "v", map[string]any{"minor": 128450.0, "currency": "EUR"}, "<€\u202f1,284.50>"},
		{"v", "v", []string{"a", "b", "c"}, "<a, b and c>"}, {"v", "v", []string{"a"}, "<a>"}, {"v", "v", 125 * time.Minute, "<2 h 5 min>"}, {"v", "v", money.Rate(77_500), "<7.75\u202f%>"}, {"v", "v", 2.5, "<2.5>"},
		{"v", "w", 1, "<{v}>"}, {"day", "at", at, "5 Dec 2025 00:05"}, {"day", "at", "2025-12-04T23:05:00Z", "5 Dec 2025 00:05"}, {"at", "at", at, "5 Dec 2025, 00:05"}, {"day", "at", "2025-12-04", "4 Dec 2025 00:00"}, {"v", "v", trade.NewDay(2025, 12, 4), "<4 Dec 2025>"}, {"v", "v", trade.Quantity(1200), "<1,200>"},
		{"word", "r", "r1", "broken"}, {"word", "r", "r2", "r2"}, {"no.such", "n", 1, "no.such"},
	} {
		if got := c["en"].In(berlin).Say(k.code, problem.With(k.name, k.value)); got != k.want {
			t.Errorf("%s with %v: %q, want %q", k.code, k.value, got, k.want)
		}
	}
	if got := c["de"].Say("n", problem.With("n", 2)); got != "2 pieces" || !c["de"].Has("n") {
		t.Errorf("German falls back to %q", got)
	}
}

func TestTheLanguageIsFoundByItsTag(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"de": "de", "de-AT": "de", "DE_ch": "de", "en-GB": "en", "fr": "en", "": "en", "*": "en"} {
		if got := For(in).Lang(); got != want {
			t.Errorf("For(%q) speaks %s", in, got)
		}
	}
	if !slices.Equal(Languages(), []string{"de", "en"}) {
		t.Error(Languages())
	}
}

func TestTimesAreToldFromWhereWeStand(t *testing.T) {
	t.Parallel()
	berlin, _ := time.LoadLocation("Europe/Berlin")
	now := time.Date(2025, 3, 30, 12, 0, 0, 0, berlin) // the clocks went forward this morning
	for _, c := range []struct {
		at   time.Time
		en   string
		de   string
		enD  string
		deDa string
	}{
		{now.Add(20 * time.Second), "just now", "gerade eben", "today", "heute"},
		{now.Add(-5 * time.Minute), "5 min ago", "vor 5 Min.", "today", "heute"},
		{now.Add(2*time.Hour + time.Minute), "in 2 h", "in 2 Std.", "today", "heute"},
		{now.Add(8 * time.Hour), "today 20:00", "heute 20:00", "today", "heute"},
		{time.Date(2025, 3, 29, 14, 5, 0, 0, berlin), "yesterday 14:05", "gestern 14:05", "yesterday", "gestern"},
		{time.Date(2025, 3, 31, 23, 59, 0, 0, berlin), "tomorrow 23:59", "morgen 23:59", "tomorrow", "morgen"},
		{time.Date(2025, 12, 4, 9, 0, 0, 0, berlin), "4 Dec, 09:00", "4. Dez., 09:00", "Thu 4 Dec", "Do, 4. Dez."},
		{time.Date(2024, 3, 1, 9, 0, 0, 0, berlin), "1 Mar 2024", "1. März 2024", "1 Mar 2024", "1. März 2024"},
	} {
		en, de := For("en").In(berlin), For("de").In(berlin)
		if got := en.Near(c.at.UTC(), now); got != c.en {
			t.Errorf("%q, want %q", got, c.en)
		}
		if got := de.Near(c.at, now.UTC()); got != c.de {
			t.Errorf("%q, want %q", got, c.de)
		}
		if got := en.NearDay(c.at, now); got != c.enD {
			t.Errorf("%q, want %q", got, c.enD)
		}
		if got := de.NearDay(c.at, now); got != c.deDa {
			t.Errorf("%q, want %q", got, c.deDa)
		}
	}
	if got := For("de").LongDay(now); got != "Sonntag, 30. März 2025" {
		t.Error(got)
	}
	if got := For("en").Duration(50 * time.Hour); got != "2 days 2 h" {
		t.Error(got)
	}
	if got := For("en").Duration(-9 * time.Second); got != "9 s" {
		t.Error(got)
	}
}

func TestEveryKindOfProblemHasItsSentence(t *testing.T) {
	t.Parallel()
	two := &problem.Invalid{}
	two.Add("a", "required")
	two.Add("b", "too_long", "max", 10)
	for _, c := range []struct {
		err  error
		want string
	}{
		{nil, ""},
		{two, "2 fields need your attention. Nothing was saved."},
		{problem.At("a", "too_long", "max", 10), "This is too long: 10 characters at most."},
		{problem.Refuse("amount_too_large"), "The amount is larger than can be handled. Nothing was saved."},
		{&problem.Stale{What: "order"}, For("en").Say("stale", nil)},
		{&problem.Stale{ByName: "Ann", At: time.Date(2025, 1, 2, 3, 4, 0, 0, time.UTC)}, "Ann changed this on 2 Jan 2025, 03:04. Nothing of yours was saved; what you typed is still here."},
		{problem.Missing("order_nobody_knows"), For("en").Say("not_found", nil)},
		{&problem.Forbidden{Permission: "x"}, For("en").Say("forbidden", nil)},
		{&problem.Conflict{}, For("en").Say("conflict", nil)},
		{&problem.TooMany{RetryAfter: 90 * time.Second}, "That was too often. Please try again in 2 min."},
		{errors.New("boom"), For("en").Say("our_fault", nil)},
	} {
		if got := For("en").Tell(c.err); got != c.want {
			t.Errorf("%v: %q, want %q", c.err, got, c.want)
		}
	}
}

func FuzzCut(f *testing.F) {
	f.Add("a {n} {n|b|c} {at:day}")
	f.Fuzz(func(t *testing.T, text string) {
		s, err := cut("en", text)
		if err != nil {
			return
		}
		var b strings.Builder
		for _, p := range s.pieces {
			b.WriteString(p.text)
		}
		if b.String() != text {
			t.Errorf("%q became %q", text, b.String())
		}
	})
}
