package ui

import "github.com/a-h/templ"

// Grid is a table of rows.
type Grid struct {
	ID      string // of the table element; optional
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
