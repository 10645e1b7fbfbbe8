package ui

import (
	"strings"
	"unicode"

	"github.com/a-h/templ"
)

// ButtonKind is how loud a button is. A page has one primary.
type ButtonKind string

// The kinds of button.
const (
	Secondary ButtonKind = ""
	Primary   ButtonKind = "primary"
	Quiet     ButtonKind = "quiet"
	Danger    ButtonKind = "danger"
	Link      ButtonKind = "link"
)

// Action is something a person can do: a link when Href is given, a form of its
// own with one button when Post is, otherwise a button that submits the form
// round it (or the one Form names).
type Action struct {
	Label string
	Kind  ButtonKind
	Icon  string // a name Icon knows; drawn before the label

	Href string

	Post    string // POST goes here
	Command string // hidden field of that form: the command key
	Version string // hidden field of that form: the version the person saw
	Fields  []Hidden

	Name, Value string // of the button
	Form        string // id of the form it submits from outside
	FormAction  string // where it submits to instead

	// Why is the reason it cannot be done now. The button is then drawn, says
	// why, and does nothing.
	Why string

	Key    string // a single key that presses it, shown beside it
	Dialog string // id of the dialog it opens; Href is where it goes without script
	Attrs  templ.Attributes
}

// Hidden is a hidden field.
type Hidden struct{ Name, Value string }

func (a Action) class() string {
	switch a.Kind {
	case Primary:
		return "btn go"
	case Quiet:
		return "btn quiet"
	case Danger:
		return "btn danger"
	case Link:
		return "btn link"
	}
	return "btn"
}

// whyID ties a disabled button to its reason.
func (a Action) whyID() string { return "why-" + slug(a.Label+" "+a.Href+a.Post+a.Name+a.Value) }

// slug makes text fit for an id attribute.
func slug(s string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(s) {
		switch {
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
	}
	return strings.TrimSuffix(b.String(), "-")
}

// initials are up to two letters standing for a person.
func initials(name string) string {
	var out []rune
	for _, word := range strings.Fields(name) {
		if len(out) < 2 {
			out = append(out, unicode.ToUpper([]rune(word)[0]))
		}
	}
	return string(out)
}
