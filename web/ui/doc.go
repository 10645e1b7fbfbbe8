// Package ui is the design system: the frame round every page and the pieces
// pages are made of. It knows how things look and are read aloud, and no word of
// the business: whoever calls it brings the sentences, the addresses and the
// figures as text.
//
// What a piece needs is a plain struct; what draws it is a templ component.
// Nothing here writes a style attribute or an inline script, so every page holds
// under a content security policy without 'unsafe-inline'.
package ui

// Kind is the hue of a state. Each state also has a word and a shape, so colour
// is never the only sign.
type Kind string

// The five kinds of state.
const (
	Neutral Kind = "neutral" // not begun, or of no consequence
	Blue    Kind = "blue"    // at work
	Amber   Kind = "amber"   // waits, or is held
	Green   Kind = "green"   // done, in order
	Red     Kind = "red"     // a problem
)

func (k Kind) orNeutral() Kind {
	switch k {
	case Blue, Amber, Green, Red:
		return k
	}
	return Neutral
}

// icon is the sign that stands for the kind where there is room for one.
func (k Kind) icon() string {
	switch k {
	case Blue:
		return "info"
	case Amber:
		return "clock"
	case Green:
		return "circle-check"
	case Red:
		return "circle-alert"
	}
	return "info"
}
