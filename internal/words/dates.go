package words

import (
	"strconv"
	"time"

	"packhouse/internal/problem"
)

// Day is the day of t in the catalogue's zone: "4 Dec 2025".
func (c *Catalogue) Day(t time.Time) string { return c.date("date.day", t) }

// LongDay is the day with its weekday, for mails and the customer's page:
// "Thursday, 4 December 2025".
func (c *Catalogue) LongDay(t time.Time) string { return c.date("date.long", t) }

// Time is the time of day, "14:05".
func (c *Catalogue) Time(t time.Time) string { return t.In(c.loc).Format("15:04") }

// Moment is day and time, "4 Dec 2025, 14:05".
func (c *Catalogue) Moment(t time.Time) string {
	return c.at("date.moment", c.Day(t), t)
}

// Near tells t from where now stands: "in 2 h", "yesterday 14:05", and the
// farther off the plainer: "4 Dec, 14:05", "4 Dec 2024".
func (c *Catalogue) Near(t, now time.Time) string {
	t, now = t.In(c.loc), now.In(c.loc)
	off, ago := t.Sub(now), "in"
	if off < 0 {
		off, ago = -off, "ago"
	}
	switch {
	case off < time.Minute:
		return c.Say("near.now", nil)
	case off < time.Hour:
		return c.Say("near.minutes_"+ago, problem.With("n", int(off/time.Minute)))
	case off < 6*time.Hour:
		return c.Say("near.hours_"+ago, problem.With("n", int(off/time.Hour)))
	}
	switch days := DaysBetween(now, t); {
	case days >= -1 && days <= 1:
		return c.at("date.near_moment", c.nearName(days), t)
	case t.Year() == now.Year():
		return c.at("date.moment", c.date("date.no_year", t), t)
	}
	return c.Day(t)
}

// NearDay tells a day from where now stands: "today", "Thu 4 Dec", "4 Dec
// 2024".
func (c *Catalogue) NearDay(t, now time.Time) string {
	t, now = t.In(c.loc), now.In(c.loc)
	switch days := DaysBetween(now, t); {
	case days >= -1 && days <= 1:
		return c.nearName(days)
	case t.Year() == now.Year():
		return c.date("date.weekday", t)
	}
	return c.Day(t)
}

func (c *Catalogue) nearName(days int) string {
	return c.Say([]string{"near.yesterday", "near.today", "near.tomorrow"}[days+1], nil)
}

// Duration is a length of time in its two largest units: "2 h 5 min", "3
// days".
func (c *Catalogue) Duration(d time.Duration) string {
	if d < 0 {
		d = -d
	}
	if d < time.Minute {
		return c.Say("time.seconds", problem.With("n", int(d.Round(time.Second)/time.Second)))
	}
	d = d.Round(time.Minute)
	days, hours, minutes := int(d/(24*time.Hour)), int(d/time.Hour)%24, int(d/time.Minute)%60
	switch {
	case days > 0:
		return c.units("time.days", days, "time.hours", hours)
	case hours > 0:
		return c.units("time.hours", hours, "time.minutes", minutes)
	}
	return c.units("time.minutes", minutes, "", 0)
}

func (c *Catalogue) units(large string, n int, small string, m int) string {
	s := c.Say(large, problem.With("n", n))
	if m > 0 {
		s += " " + c.Say(small, problem.With("n", m))
	}
	return s
}

func (c *Catalogue) at(code, day string, t time.Time) string {
	return c.Say(code, problem.With("day", day, "time", c.Time(t)))
}

func (c *Catalogue) date(code string, t time.Time) string {
	t = t.In(c.loc)
	month, weekday := strconv.Itoa(int(t.Month())), strconv.Itoa(int(t.Weekday()))
	return c.Say(code, problem.With(
		"d", strconv.Itoa(t.Day()), "year", strconv.Itoa(t.Year()),
		"month", c.Say("month.short."+month, nil), "long_month", c.Say("month.long."+month, nil),
		"weekday", c.Say("weekday.short."+weekday, nil), "long_weekday", c.Say("weekday.long."+weekday, nil)))
}

// DaysBetween counts the midnights from one moment to another, each in the zone
// it carries: 1 is tomorrow, whatever the clocks did in between.
func DaysBetween(from, to time.Time) int {
	return int(midnight(to).Sub(midnight(from)) / (24 * time.Hour))
}

func midnight(t time.Time) time.Time {
	y, m, d := t.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}
