// Package parts holds page pieces that know business words: how a moment, an
// amount, a state or an event is told to the person who reads it. It decides
// nothing and reads nothing.
package parts

import (
	"encoding/json"
	"time"

	"packhouse/internal/money"
	"packhouse/internal/problem"
	"packhouse/internal/words"
	"packhouse/web/ui"
)

// Look is how one reader sees things: their language, the zone whose days they
// live in, and the moment at which the page is drawn.
type Look struct {
	Words *words.Catalogue
	Now   time.Time

	NoMoney bool // the reader may not see amounts
}

// NewLook makes a look; the zone is where the company's days are cut.
func NewLook(lang string, zone *time.Location, now time.Time) Look {
	return Look{Words: words.For(lang).In(zone), Now: now}
}

// Say is a sentence.
func (l Look) Say(code string, args ...any) string { return l.Words.Say(code, problem.With(args...)) }

// Tell is a sentence about an order: for a reader who may not see amounts the
// one without them, "<code>.plain", where there is such a one; any amount left
// in another is not told.
func (l Look) Tell(code string, args problem.Args) string {
	if !l.NoMoney {
		return l.Words.Say(code, args)
	}
	if l.Words.Has(code + ".plain") {
		code += ".plain"
	}
	told := make(problem.Args, len(args))
	for name, v := range args {
		if isMoney(v) {
			v = "…"
		}
		told[name] = v
	}
	return l.Words.Say(code, told)
}

// isMoney knows an amount, also as it was stored.
func isMoney(v any) bool {
	switch v := v.(type) {
	case money.Amount, *money.Amount, money.UnitPrice:
		return true
	case map[string]any:
		return v["currency"] != nil
	}
	return false
}

// Money is an amount of minor units.
func (l Look) Money(minor int64, c money.Currency) string { return l.Words.Money(money.Of(minor, c)) }

// N is a whole number.
func (l Look) N(n int) string { return l.Words.Number(int64(n)) }

// When is a moment, told near and in full.
func (l Look) When(t time.Time) ui.Moment {
	return ui.Moment{Relative: l.Words.Near(t, l.Now), Absolute: l.Words.Moment(t), Machine: t.UTC().Format(time.RFC3339),
		Near: l.Now.Sub(t).Abs() < time.Hour}
}

// Day is a civil day; nil says that none is known yet.
func (l Look) Day(d *time.Time) string {
	if d == nil {
		return l.Say("no_day_yet")
	}
	return l.Words.In(time.UTC).Day(*d)
}

// Args reads sentence arguments as they were stored in JSON.
func Args(raw []byte) problem.Args {
	var m map[string]any
	if json.Unmarshal(raw, &m) != nil {
		return nil
	}
	return m
}
