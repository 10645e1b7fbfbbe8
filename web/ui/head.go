package ui

// PageHead is the top of a page: where one is, what it is called, in which
// states it is, and what can be done.
type PageHead struct {
	Crumbs  []Crumb
	Title   string
	Badges  []State
	Sub     string // one muted line under the title
	Primary *Action
	Quiet   []Action
	More    []Action // behind a menu
}

// Crumb is a step above the page.
type Crumb struct{ Label, Href string }

// State is a badge: a word and the kind it belongs to.
type State struct {
	Kind Kind
	Word string
}

// NextStep is the one sentence that says what to do next, with the one button.
type NextStep struct {
	Sentence string
	Detail   string
	Kind     Kind
	Action   *Action
	// Why says what keeps the action from being done now; who can and what
	// lifts it. Solve leads to where that is.
	Why   string
	Solve *Action
}

// Pair is a row of a KV list.
type Pair struct {
	Key, Value string
	Href       string // makes the value a link
	Num        bool   // a figure: aligned at the end
	Muted      bool
	Total      bool   // a sum: line above, heavier
	Copy       bool   // offers to copy the value
	Note       string // muted words under the value
}

// Stat is one figure with its definition and the rows behind it.
type Stat struct {
	Label, Value string
	Change       string // "12 % more than the week before"
	Kind         Kind   // of the change
	Definition   string // what is counted, on demand
	Href         string // the rows behind it
}
