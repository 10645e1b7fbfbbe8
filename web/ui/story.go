package ui

import (
	"math"
	"strconv"
)

// Moment is a point in time as a person reads it.
type Moment struct {
	Relative string // "in 2 h", "yesterday 14:05"
	Absolute string // "Tuesday 24 November 2026, 14:05 CET", on hover and in print
	Machine  string // RFC 3339, UTC
	// Near lets the script keep the words true while the page stays open; only
	// for moments within the hour.
	Near bool
}

// Happening is one entry of a timeline.
type Happening struct {
	At       Moment
	Who      string
	Sentence string
	Detail   string
	Internal bool // not shown to the customer
	Kind     Kind
	Icon     string
	Href     string // what it is about
	HrefText string
}

// Segment is one part of a progress bar.
type Segment struct {
	Label string // "picked"
	N     int64
	Kind  Kind
}

// Stage is one step of a stepper.
type Stage struct {
	Label string
	When  string // "Saturday 21:17"
	Done  bool
	Now   bool
}

// barWidth is the width of a progress bar in its own units.
const barWidth = 120

type barPart struct {
	x, width string
	kind     Kind
}

// barParts lays the segments out; a part that is not nothing stays visible.
func barParts(total int64, segments []Segment) []barPart {
	if total <= 0 {
		return nil
	}
	var parts []barPart
	x := 0.0
	for _, s := range segments {
		if s.N <= 0 {
			continue
		}
		width := max(2, float64(s.N)/float64(total)*barWidth)
		width = min(width, barWidth-x)
		parts = append(parts, barPart{decimal(x), decimal(width), s.Kind.orNeutral()})
		x += width
	}
	return parts
}

func decimal(f float64) string {
	return strconv.FormatFloat(math.Round(f*100)/100, 'f', -1, 64)
}

// barText is the bar in words: "10 picked, 5 promised".
func barText(segments []Segment) string {
	text := ""
	for _, s := range segments {
		if s.N <= 0 {
			continue
		}
		if text != "" {
			text += ", "
		}
		text += strconv.FormatInt(s.N, 10) + " " + s.Label
	}
	return text
}
