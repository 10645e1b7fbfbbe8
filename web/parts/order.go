package parts

import (
	"strings"

	"packhouse/internal/money"
	"packhouse/internal/sales"
	"packhouse/web/ui"
)

// OrderBadge is the state of an order in a list: its hue and its word.
func OrderBadge(l Look, o sales.Row) (ui.Kind, string) {
	switch {
	case o.Bucket == "review" && o.Holds > 0:
		return ui.Amber, l.Say("badge.held")
	case o.Bucket == "review" && o.Sentence == "why.ready_to_confirm":
		return ui.Neutral, l.Say("badge.review")
	case o.Bucket == "review" && o.Args["blocks"] == 0.0:
		return ui.Amber, l.Say("badge.review")
	case o.Bucket == "review":
		return ui.Red, l.Say("badge.check")
	case o.Bucket == "waiting" && o.Holds > 0:
		return ui.Amber, l.Say("badge.held")
	}
	return BucketKind(o.Bucket), l.Say("badge." + o.Bucket)
}

// BucketKind is the hue of a list an order stands in.
func BucketKind(bucket string) ui.Kind {
	switch bucket {
	case "work":
		return ui.Blue
	case "waiting":
		return ui.Amber
	case "shipped", "closed":
		return ui.Green
	}
	return ui.Neutral
}

// Event is one entry of an order's timeline.
func Event(l Look, h sales.Happening) ui.Happening {
	who := h.Name
	if who == "" {
		who = l.Say("actor." + h.Actor)
	}
	if fields, ok := h.Data["fields"].(string); ok {
		h.Data["fields"] = l.fields(fields)
	}
	out := ui.Happening{At: l.When(h.Occurred), Who: who, Sentence: l.Tell("event."+h.Kind, h.Data), Internal: !h.Public, Icon: eventIcon(h.Kind)}
	if text, ok := h.Data["text"].(string); ok {
		out.Detail = text
	}
	if lines, ok := h.Data["lines"].([]any); ok {
		var parts []string
		for _, x := range lines {
			if m, ok := x.(map[string]any); ok {
				parts = append(parts, l.Words.Say("event.line_pieces", m))
			}
		}
		out.Detail = strings.Join(parts, ", ")
	}
	if changes, ok := h.Data["changes"].([]any); ok {
		var parts []string
		for _, x := range changes {
			if m, ok := x.(map[string]any); ok {
				parts = append(parts, l.change(m))
			}
		}
		out.Detail = strings.Join(parts, "; ")
	}
	return out
}

// change tells what a field was and is.
func (l Look) change(m map[string]any) string {
	side := func(name string) string {
		if s, _ := m[name].(string); s != "" {
			return s
		}
		return l.Say("none")
	}
	field, _ := m["field"].(string)
	return l.Say("event.change", "field", l.Say(field), "before", side("before"), "after", side("after"))
}

// fields tells the names of fields, "po_number, phone", in words.
func (l Look) fields(names string) string {
	all := strings.Split(names, ", ")
	for i, name := range all {
		all[i] = strings.ToLower(l.Say(name))
	}
	return l.Words.List(all)
}

func eventIcon(kind string) string {
	switch kind {
	case "order.placed":
		return "package"
	case "order.confirmed", "order.reserved":
		return "circle-check"
	case "order.cancelled", "order.reduced":
		return "circle-x"
	case "order.held", "order.released":
		return "clock"
	}
	return ""
}

// Cell makes text safe for a spreadsheet: what begins like a formula is text.
func Cell(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}

// LineMoney is what is left to pay of a line, in minor units.
func LineMoney(l sales.Line) int64 { return l.Total - l.CancelledNet - l.CancelledTax }

// Unit is a unit price with its currency.
func (l Look) Unit(p money.UnitPrice, c money.Currency) string { return p.Format(l.Words.Lang(), c) }
