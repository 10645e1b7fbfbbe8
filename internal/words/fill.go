package words

import (
	"fmt"
	"math"
	"strings"
	"time"

	"packhouse/internal/money"
	"packhouse/internal/problem"
)

// spoken is a value that knows how a language writes it: money.Amount,
// money.Rate.
type spoken interface{ Format(lang string) string }

// calendarDay is a trade.Day.
type calendarDay interface{ Civil() (int, time.Month, int) }

func (c *Catalogue) fill(s sentence, args problem.Args) string {
	if len(s.pieces) == 1 && s.pieces[0].name == "" {
		return s.pieces[0].text
	}
	var b strings.Builder
	for _, p := range s.pieces {
		value, given := args[p.name]
		switch {
		case p.name == "" || !given:
			b.WriteString(p.text)
		case len(p.forms) > 0:
			n, _ := whole(value)
			b.WriteString(s.form(p, n))
		default:
			b.WriteString(c.write(value, p.style))
		}
	}
	return b.String()
}

// write tells one argument. What was stored as JSON and read back (a number, a
// time as text, an amount as an object) is told like the value it was.
func (c *Catalogue) write(value any, style string) string {
	switch style {
	case "word":
		return c.Say(fmt.Sprint(value), nil)
	case "day", "time":
		if text, ok := value.(string); ok {
			if t, err := time.Parse(time.RFC3339Nano, text); err == nil {
				value = t
			} else if day, err := time.ParseInLocation(time.DateOnly, text, c.loc); err == nil {
				value = day
			}
		}
	}
	switch v := value.(type) {
	case string:
		return v
	case time.Time:
		return c.moment(v, style)
	case calendarDay:
		y, m, d := v.Civil()
		return c.Day(time.Date(y, m, d, 12, 0, 0, 0, c.loc))
	case spoken:
		return v.Format(c.lang)
	case []string:
		return c.List(v)
	case time.Duration:
		return c.Duration(v)
	case map[string]any:
		if a, ok := storedAmount(v); ok {
			return a.Format(c.lang)
		}
	}
	if n, ok := whole(value); ok {
		return money.FormatInt(n, c.lang)
	}
	return fmt.Sprint(value)
}

func (c *Catalogue) moment(t time.Time, style string) string {
	switch style {
	case "day":
		return c.Day(t)
	case "time":
		return c.Time(t)
	}
	return c.Moment(t)
}

// whole is the integer in an argument that counts something. Typed ids are not
// among them: an id is a name and takes no thousands separator.
func whole(value any) (int64, bool) {
	switch v := value.(type) {
	case int:
		return int64(v), true
	case int64:
		return v, true
	case int32:
		return int64(v), true
	case float64: // a number that went through JSON
		if v == math.Trunc(v) && math.Abs(v) < 1<<53 {
			return int64(v), true
		}
	case interface{ Pieces() int64 }: // trade.Quantity
		return v.Pieces(), true
	}
	return 0, false
}

func storedAmount(v map[string]any) (money.Amount, bool) {
	minor, ok := whole(v["minor"])
	currency, named := v["currency"].(string)
	return money.Of(minor, money.Currency(currency)), ok && named
}

// List joins items as a sentence does: "a, b and c".
func (c *Catalogue) List(items []string) string {
	if len(items) < 2 {
		return strings.Join(items, "")
	}
	last := len(items) - 1
	return c.Say("list.and", problem.With("first", strings.Join(items[:last], ", "), "last", items[last]))
}

// Number is a whole number as the language writes it.
func (c *Catalogue) Number(n int64) string { return money.FormatInt(n, c.lang) }

// Money is an amount as the language writes it.
func (c *Catalogue) Money(a money.Amount) string { return a.Format(c.lang) }
