package ui

import "github.com/a-h/templ"

// Tab is one saved view.
type Tab struct {
	Label, Href string
	Count       string // "38" or "2,000+"; empty for none
	Current     bool
}

// Filters is the row under the tabs: search within, chips, order.
type Filters struct {
	Action string   // GET goes here
	Keep   []Hidden // the view and whatever else the address holds
	Search *Input   // search within; Label, Name and Value are used
	Chips  []Chip
	Clear  string // address without any filter; empty if none is set
	Sort   *Chip
}

// Chip is one filter: a button that opens a menu with its choices.
type Chip struct {
	Label   string
	Value   string // what is chosen, in words; empty if nothing is
	Name    string
	One     bool // only one option may be chosen
	Options []Option
	Clear   string          // address without this filter
	Body    templ.Component // instead of options: fields such as a period
}

// Option is one choice of a select, a radio group, tick boxes or a chip.
type Option struct {
	Value, Label string
	Hint         string // muted words beside or under it
	Chosen       bool
	Disabled     bool
	Group        string // heading within a select; options of a group stand together
}

// Pages leads to the neighbours of a page of rows.
type Pages struct {
	Prev, Next string // addresses; empty where there is none
	Text       string // "1–50 of 2,000+"
}
