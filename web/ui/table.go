package ui

import "github.com/a-h/templ"

// Grid is a table of rows.
type Grid struct {
	ID      string // unique on the page; needed with Bulk
	Caption string // what the table is, for those who hear it
	Columns []Column
	Rows    []Row
	Bulk    *Bulk
	Foot    []templ.Component // sums, one per column
	// Plain leaves the border out, for a table within a card.
	Plain bool
}

// Column is one column of a Grid.
type Column struct {
	Label  string
	Num    bool   // figures: aligned at the end, tabular
	Short  bool   // never broken over two lines: dates, numbers of things
	Sort   string // address of the list sorted by this column
	Sorted string // "ascending" or "descending" if it is
	Hide   Hide   // where there is no room for it
	// End puts the cell beside the first one where rows become cards.
	End bool
}

// Hide says at which widths a column gives way.
type Hide string

// The widths at which a column gives way.
const (
	Never   Hide = ""
	OnPhone Hide = "hide-phone"
	OnMid   Hide = "hide-mid" // below a full desk; comes back in a phone's cards
)

// Row is one row of a Grid. The first link in its cells is what Enter and a
// click anywhere on the row open.
type Row struct {
	ID     string // value of its tick box
	Label  string // what is ticked, for those who hear it: "Order 10482"
	Cells  []templ.Component
	Ticked bool
	Kind   Kind // tints the row; empty for none
	// Result is the answer to a bulk command, under the row.
	Result     string
	ResultKind Kind
}

// Bulk makes the rows of a Grid tickable and says what can be done with them.
// The form posts Name once per ticked row.
type Bulk struct {
	Name    string // of the tick boxes; empty is "id"
	Command string
	Fields  []Hidden
	Actions []BulkAction
	One     string // "1 order ticked"
	Many    string // "{n} orders ticked"
}

// BulkAction is one button of the bulk bar.
type BulkAction struct {
	Label string // without script: "Confirm the ticked"
	One   string // "Confirm 1 order"
	Many  string // "Confirm {n} orders"
	Post  string
	Kind  ButtonKind
	Key   string
}

func (b Bulk) name() string {
	if b.Name == "" {
		return "id"
	}
	return b.Name
}

func (c Column) class() string {
	s := string(c.Hide)
	if c.Num {
		s += " num"
	}
	if c.Short {
		s += " short"
	}
	if c.End {
		s += " end"
	}
	return s
}

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
