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
}

// NewLook makes a look; the zone is where the company's days are cut.
func NewLook(lang string, zone *time.Location, now time.Time) Look {
	return Look{words.For(lang).In(zone), now}
}

// Say is a sentence.
func (l Look) Say(code string, args ...any) string { return l.Words.Say(code, problem.With(args...)) }

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
