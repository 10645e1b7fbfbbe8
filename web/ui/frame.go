package ui

import (
	"context"
	"io"

	"github.com/a-h/templ"
)

// Shape is which frame a page stands in.
type Shape string

// The frames there are.
const (
	Staff  Shape = ""       // rail, search box, person
	Public Shape = "public" // a shop's name and colour, nothing of ours
	Bare   Shape = "bare"   // one card in the middle: sign-in and the like
)

// Frame describes everything round the content of a page.
type Frame struct {
	Shape   Shape
	Title   string // of the page, without the product's name
	Problem bool   // the page is redrawn with problems: the title says so first
	Section string // Href or Label of the current NavItem, unless one is marked Current
	Lang    string // BCP 47; empty is English
	Dir     string // "rtl" where the language is; empty is "ltr"
	Theme   string // "light" or "dark"; empty follows the device
	Density string // "compact"; empty is the usual one
	Person  *Person
	Nav     []NavGroup
	Flash   []Flash
	Search  string // what is typed in the search box
	New     string // address behind "New order"; empty hides it
	Brand   Brand
	Note    string // one muted phrase at the end of a public page's top line, such as the order number
	Wide    bool   // the content may use the whole width
	// NoHTMX leaves htmx out; public and bare pages never carry it. NoScript
	// leaves our own script out too.
	NoHTMX, NoScript bool
}

// Person is who is signed in.
type Person struct {
	Name, Role string
	Place      string   // the location they work at, if bound to one
	Links      []Action // further entries of their menu
}

// NavGroup is a part of the rail; a group without heading stands on top.
type NavGroup struct {
	Heading string
	Items   []NavItem
}

// NavItem is one entry of the rail.
type NavItem struct {
	Label, Href string
	Icon        string // a name Icon knows
	Count       string // only where work waits for this person
	Key         string // "o": pressing g, then o, goes there
	Current     bool
	Phone       bool // stands in the bar on a phone (four fit); else the first four do
}

// Flash is the answer to the last command, shown once.
type Flash struct {
	Kind       Kind
	Text       string
	Link, Href string // optional
}

// Brand is the name on top of the page.
type Brand struct {
	Name string
	Href string
	// Sheet is the address of a style sheet made by BrandCSS; empty keeps our
	// own colour.
	Sheet string
	// Foot is shown under a public page: company, address, contact.
	Foot []string
}

func (f Frame) lang() string {
	if f.Lang == "" {
		return "en"
	}
	return f.Lang
}

func (f Frame) dir() string {
	if f.Dir == "" {
		return "ltr"
	}
	return f.Dir
}

func (f Frame) brand() string {
	if f.Brand.Name == "" {
		return "Packhouse"
	}
	return f.Brand.Name
}

func (f Frame) home() string {
	if f.Brand.Href == "" {
		return "/"
	}
	return f.Brand.Href
}

func (f Frame) fullTitle(ctx context.Context) string {
	title := f.brand()
	if f.Title != "" {
		title = f.Title + " · " + title
	}
	if f.Problem {
		title = say(ctx, "error") + ": " + title
	}
	return title
}

func (f Frame) current(i NavItem) bool {
	return i.Current || (f.Section != "" && (f.Section == i.Href || f.Section == i.Label))
}

// phoneBar splits the navigation for a phone: what fits in the bar, and whether
// anything is left for the menu.
func (f Frame) phoneBar() (bar []NavItem, more bool) {
	var all []NavItem
	for _, g := range f.Nav {
		all = append(all, g.Items...)
	}
	for _, i := range all {
		if i.Phone && len(bar) < 4 {
			bar = append(bar, i)
		}
	}
	if len(bar) == 0 {
		bar = all[:min(4, len(all))]
	}
	return bar, len(all) > len(bar)
}

// Page draws content within the frame its Shape names. Pages hand their content
// to this (through the edge); Layout, PublicLayout and BareLayout are the same
// for templ's block syntax.
func Page(f Frame, content templ.Component) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		frame := Layout(f)
		switch f.Shape {
		case Public:
			frame = PublicLayout(f)
		case Bare:
			frame = BareLayout(f)
		}
		return frame.Render(templ.WithChildren(ctx, content), w)
	})
}

// Layout is the frame for staff; its children are the page.
func Layout(f Frame) templ.Component { return spoken(f.Lang, staffFrame(f)) }

// PublicLayout is the frame for shop and customer pages: the shop's name and
// colour, no rail, no htmx.
func PublicLayout(f Frame) templ.Component { return spoken(f.Lang, publicFrame(f)) }

// BareLayout is one narrow column, for signing in.
func BareLayout(f Frame) templ.Component { return spoken(f.Lang, bareFrame(f)) }

// spoken draws c with the few words the pieces themselves say in the language.
func spoken(lang string, c templ.Component) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		return c.Render(WithLang(ctx, lang), w)
	})
}
