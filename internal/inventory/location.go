package inventory

import (
	"slices"
	"strings"
	"time"

	"packhouse/internal/id"
	"packhouse/internal/problem"
	"packhouse/internal/trade"
)

// LocationKind says who keeps the goods, and how they leave.
type LocationKind string

// The kinds of location.
const (
	Warehouse  LocationKind = "warehouse"
	Store      LocationKind = "store"
	ThirdParty LocationKind = "3pl" // somebody else's warehouse that ships for us
	Vendor     LocationKind = "vendor"
)

// LocationKinds in the order they are shown.
var LocationKinds = []LocationKind{Warehouse, Store, ThirdParty, Vendor}

// Location is a place stock is kept at.
type Location struct {
	ID      id.Location
	Code    string
	Name    string
	Kind    LocationKind
	Address trade.Address
	Calendar
	Active  bool
	Version int64
}

// Calendar says when a location works.
type Calendar struct {
	Zone     string        // IANA name; the cut-off and the workdays are told in it
	LeadDays int           // workdays from an order in time to the day it leaves
	Cutoff   time.Duration // after midnight; an order later than this begins on the next workday
	Workdays [7]bool       // Monday first
}

// Workday reports whether the location works on the day.
func (c Calendar) Workday(d time.Time) bool { return c.Workdays[(int(d.Weekday())+6)%7] }

// Leaves is the day, at midnight UTC, on which goods ordered at the moment
// leave: the day of the order if it works and the cut-off has not passed, else
// the next that works, and then as many workdays as it takes.
func (c Calendar) Leaves(at time.Time) time.Time {
	zone, err := time.LoadLocation(c.Zone)
	if err != nil {
		zone = time.UTC
	}
	local := at.In(zone)
	y, m, d := local.Date()
	day := time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	// The clock on the wall counts, not the hours since midnight: they differ when the clocks are changed.
	wall := time.Duration(local.Hour())*time.Hour + time.Duration(local.Minute())*time.Minute + time.Duration(local.Second())*time.Second
	if wall > c.Cutoff {
		day = day.AddDate(0, 0, 1)
	}
	if !slices.Contains(c.Workdays[:], true) {
		return day.AddDate(0, 0, c.LeadDays)
	}
	for left := c.LeadDays; ; day = day.AddDate(0, 0, 1) {
		if !c.Workday(day) {
			continue
		}
		if left == 0 {
			return day
		}
		left--
	}
}

// Checked is the location cleaned, with everything wrong with it noted.
func (l Location) Checked(v *problem.Invalid) Location {
	l.Code = trade.ReadLine(v, "code", l.Code, 20)
	if l.Code == "" && !v.Has("code") {
		v.Add("code", "required")
	}
	l.Name = trade.ReadLine(v, "name", l.Name, 100)
	if l.Name == "" && !v.Has("name") {
		v.Add("name", "required")
	}
	if !slices.Contains(LocationKinds, l.Kind) {
		v.Add("kind", "not_a_choice")
	}
	if _, err := time.LoadLocation(l.Zone); err != nil || l.Zone == "" || strings.EqualFold(l.Zone, "local") {
		v.Add("zone", "unknown_zone", "zone", l.Zone)
	}
	if l.LeadDays < 0 || l.LeadDays > 365 {
		v.Add("lead_days", "stock.lead_days")
	}
	if l.Cutoff < 0 || l.Cutoff >= 24*time.Hour {
		v.Add("cutoff", "stock.bad_time")
	}
	if !slices.Contains(l.Workdays[:], true) {
		v.Add("workdays", "stock.no_workday")
	}
	if l.Address = l.Address.Normalize(); l.Address != (trade.Address{Country: l.Address.Country}) {
		if l.Address.Recipient() == "" {
			l.Address.Company = l.Name
		}
		l.Address.Validate("address", v)
	}
	return l
}

// Bin is a shelf, tote or dock of a location.
type Bin struct {
	ID       id.Bin
	Location id.Location
	Code     string
	Kind     string // shelf, tote, dock, hospital
	Walk     int    // its place on the way through the location
	Active   bool
	Main     bool // where goods lie that nobody placed
	Version  int64
}

// BinKinds in the order they are shown.
var BinKinds = []string{"shelf", "dock", "tote", "hospital"}

// Checked is the bin cleaned, with everything wrong with it noted.
func (b Bin) Checked(v *problem.Invalid) Bin {
	b.Code = trade.ReadLine(v, "code", b.Code, 30)
	if b.Code == "" && !v.Has("code") {
		v.Add("code", "required")
	}
	if !slices.Contains(BinKinds, b.Kind) {
		v.Add("kind", "not_a_choice")
	}
	if b.Walk < 0 || b.Walk > 1_000_000 {
		v.Add("walk", "too_large", "max", 1_000_000)
	}
	if b.Main && !b.Active {
		v.Add("active", "stock.main_bin_stays")
	}
	return b
}
