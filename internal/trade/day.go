package trade

import (
	"database/sql/driver"
	"fmt"
	"strings"
	"time"

	"packhouse/internal/problem"
)

// Day is a day of the calendar, without a time or zone: a promise is made for
// a day, and whose midnight is meant is said where it is used. The zero Day is
// no day.
type Day struct {
	Year  int
	Month time.Month
	Date  int
}

// DayOf is the day on which t falls in a zone.
func DayOf(t time.Time, loc *time.Location) Day {
	y, m, d := t.In(loc).Date()
	return Day{y, m, d}
}

// NewDay makes a day, counting over the ends of months as time.Date does.
func NewDay(year int, month time.Month, date int) Day {
	return DayOf(time.Date(year, month, date, 0, 0, 0, 0, time.UTC), time.UTC)
}

// Start is the first moment of the day in a zone, which is not always 00:00:
// some zones change their clocks at midnight.
func (d Day) Start(loc *time.Location) time.Time {
	t := time.Date(d.Year, d.Month, d.Date, 0, 0, 0, 0, loc)
	if t.Day() != d.Date { // midnight fell out, Go went back before it
		t = time.Date(d.Year, d.Month, d.Date, 1, 0, 0, 0, loc)
	}
	return t
}

// End is the first moment of the next day in a zone.
func (d Day) End(loc *time.Location) time.Time { return d.Add(1).Start(loc) }

// Add is the day n days later, or earlier for a negative n.
func (d Day) Add(n int) Day { return NewDay(d.Year, d.Month, d.Date+n) }

// Since is how many days d lies after other.
func (d Day) Since(other Day) int {
	return int(d.Start(time.UTC).Sub(other.Start(time.UTC)) / (24 * time.Hour))
}

// Compare is -1, 0 or 1 as d lies before, on or after other.
func (d Day) Compare(other Day) int {
	return d.Start(time.UTC).Compare(other.Start(time.UTC))
}

// Before reports whether d lies before other.
func (d Day) Before(other Day) bool { return d.Compare(other) < 0 }

// Weekday is the day of the week.
func (d Day) Weekday() time.Weekday { return d.Start(time.UTC).Weekday() }

// IsZero reports whether this is no day.
func (d Day) IsZero() bool { return d == Day{} }

// Civil is the day in its parts, for sentences.
func (d Day) Civil() (int, time.Month, int) { return d.Year, d.Month, d.Date }

// String is "2025-12-31", as forms and the database have it; "" for no day.
func (d Day) String() string {
	if d.IsZero() {
		return ""
	}
	return fmt.Sprintf("%04d-%02d-%02d", d.Year, d.Month, d.Date)
}

// ParseDay reads a day: 2025-12-31, 31.12.2025, and with slashes where only
// one reading is a day: 31/12/2025, 12/31/2025. The problems: required,
// bad_day, ambiguous_day {one, other}.
func ParseDay(s string) (Day, error) {
	s = strings.TrimSpace(s)
	if s == "" {
		return Day{}, problem.At("", "required")
	}
	if t, err := time.Parse(time.DateOnly, s); err == nil {
		return sane(t)
	}
	if t, err := time.Parse("2.1.2006", s); err == nil {
		return sane(t)
	}
	one, errOne := time.Parse("2/1/2006", s)
	other, errOther := time.Parse("1/2/2006", s)
	switch {
	case errOne == nil && errOther == nil && !one.Equal(other):
		return Day{}, problem.At("", "ambiguous_day", "one", one.Format(time.DateOnly), "other", other.Format(time.DateOnly))
	case errOne == nil:
		return sane(one)
	case errOther == nil:
		return sane(other)
	}
	return Day{}, problem.At("", "bad_day")
}

// sane keeps days to those a business has: a year typed with a digit too few
// or many is a slip.
func sane(t time.Time) (Day, error) {
	if t.Year() < 1900 || t.Year() > 2199 {
		return Day{}, problem.At("", "bad_day")
	}
	return DayOf(t, time.UTC), nil
}

// ReadDay is ParseDay for a form.
func ReadDay(v *problem.Invalid, path, typed string) Day {
	d, err := ParseDay(typed)
	if note(v, path, err) {
		return Day{}
	}
	return d
}

// MarshalText is String.
func (d Day) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads "2025-12-31", or "" for no day.
func (d *Day) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*d = Day{}
		return nil
	}
	t, err := time.Parse(time.DateOnly, string(text))
	if err != nil {
		return fmt.Errorf("trade: day: %w", err)
	}
	*d = DayOf(t, time.UTC)
	return nil
}

// Value hands the day to PostgreSQL as a date; no day is null.
func (d Day) Value() (driver.Value, error) {
	if d.IsZero() {
		return nil, nil
	}
	return d.String(), nil
}

// Scan reads a date column; null is no day.
func (d *Day) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*d = Day{}
	case time.Time:
		*d = DayOf(v, v.Location())
	case string:
		return d.UnmarshalText([]byte(v))
	case []byte:
		return d.UnmarshalText(v)
	default:
		return fmt.Errorf("trade: %T is not a day", src)
	}
	return nil
}

// Period is the days from one through another, both included.
type Period struct{ From, Through Day }

// Contains reports whether d lies in the period. An end that is no day is
// open.
func (p Period) Contains(d Day) bool {
	return (p.From.IsZero() || !d.Before(p.From)) && (p.Through.IsZero() || !p.Through.Before(d))
}

// Days is how many days the period has.
func (p Period) Days() int { return p.Through.Since(p.From) + 1 }

// Bounds are the first moment of the period and the first after it, in a zone.
func (p Period) Bounds(loc *time.Location) (from, to time.Time) {
	return p.From.Start(loc), p.Through.End(loc)
}

// Validate notes at path that the end lies before the beginning.
func (p Period) Validate(path string, v *problem.Invalid) {
	if !p.From.IsZero() && !p.Through.IsZero() && p.Through.Before(p.From) {
		v.Add(path, "bad_period")
	}
}
