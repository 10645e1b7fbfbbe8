package ui

// quieter draws an action without a border unless it says otherwise.
func quieter(a Action) Action {
	if a.Kind == Secondary {
		a.Kind = Quiet
	}
	return a
}

// louder makes an action the primary one unless it says otherwise.
func louder(a Action) Action {
	if a.Kind == Secondary {
		a.Kind = Primary
	}
	return a
}

// noticeRole makes a problem interrupt a screen reader and leaves the rest be.
func noticeRole(k Kind) string {
	if k == Red {
		return "alert"
	}
	return "note"
}

// whyKind colours the sentence of a state that asks for attention.
func whyKind(k Kind) string {
	if k == Amber || k == Red {
		return string(k)
	}
	return ""
}

// columnAt is the column a cell stands in; a row with too many cells does not
// bring the page down.
func columnAt(g Grid, i int) Column {
	if i < len(g.Columns) {
		return g.Columns[i]
	}
	return Column{}
}

// chipText is a filter and what it is set to.
func chipText(c Chip) string {
	if c.Value == "" {
		return c.Label
	}
	return c.Label + ": " + c.Value
}
