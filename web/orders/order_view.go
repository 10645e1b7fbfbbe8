package orders

import (
	"strings"

	"github.com/a-h/templ"

	"packhouse/internal/access"
	"packhouse/internal/id"
	"packhouse/internal/sales"
	"packhouse/web/ui"
)

// lines is the table of what was ordered and how far it is.
func (v orderView) lines() ui.Grid {
	g := ui.Grid{ID: "lines", Plain: true, Caption: v.Say("lines"), Columns: []ui.Column{{Label: v.Say("product")}, {Label: v.Say("ordered"), Num: true}, {Label: v.Say("progress")}}}
	if v.Prices {
		g.Columns = append(g.Columns, ui.Column{Label: v.Say("each"), Num: true, Hide: ui.OnPhone}, ui.Column{Label: v.Say("total"), Num: true, End: true})
	}
	for _, l := range v.Lines {
		row := ui.Row{Cells: []templ.Component{lineName(v, l), ui.Text(v.N(l.Quantity)), lineProgress(v, l)}}
		if v.Prices {
			each, total := "", ""
			if l.Kind != sales.KitPart {
				each, total = v.Unit(l.UnitPrice, v.Currency), v.Look.Money(v.shown(l), v.Currency)
			}
			row.Cells = append(row.Cells, ui.Text(each), ui.Money(total))
		}
		g.Rows = append(g.Rows, row)
	}
	return g
}

// shown is what a line costs as its prices are: with tax or without.
func (v orderView) shown(l sales.Line) int64 {
	if v.PricesIncludeTax {
		return l.Total - l.CancelledNet - l.CancelledTax
	}
	return l.Net - l.CancelledNet
}

// works are the pieces of work, one per location.
func (v orderView) works() ui.Grid {
	g := ui.Grid{ID: "work", Plain: true, Caption: v.Say("work"), Columns: []ui.Column{{Label: v.Say("location")}, {Label: v.Say("state")}, {Label: v.Say("pieces"), Num: true}, {Label: v.Say("due"), Num: true}}}
	for _, w := range v.Works {
		kind, detail := ui.Blue, v.Say("work."+w.Kind)+", "+v.Say("since", "at", v.When(w.Since).Relative)
		if w.State == "cancelled" {
			kind = ui.Neutral
		}
		g.Rows = append(g.Rows, ui.Row{Cells: []templ.Component{ui.Two(w.Location, detail), ui.Badge(kind, v.Say("work.state."+w.State)), ui.Text(v.N(w.Pieces)), ui.Text(v.Day(w.Due))}})
	}
	return g
}

// promises are the days for what is open now and, below, what was said first.
func (v orderView) promises() []ui.Pair {
	if len(v.Promises) == 0 {
		return []ui.Pair{{Key: v.Say("promise"), Value: v.Say("no_promise")}}
	}
	var out []ui.Pair
	for _, p := range v.Promises {
		name := ""
		if l, ok := v.Line(p.Line); ok {
			name = l.Code
		}
		pair := ui.Pair{Key: v.Say("promise_of", "n", p.Pieces, "sku", name), Value: v.Day(p.Day), Note: v.Say("promised_by_who", "name", p.Author, "at", v.Words.Near(p.Recorded, v.Now))}
		if p.Reason != "" {
			pair.Note += ", " + p.Reason
		}
		out = append(out, pair)
	}
	return out
}

// contact is who to ask.
func (v orderView) contact() []ui.Pair {
	out := []ui.Pair{{Key: v.Say("name"), Value: v.Called()}}
	add := func(code, value, href string) {
		if value != "" {
			out = append(out, ui.Pair{Key: v.Say(code), Value: value, Href: href})
		}
	}
	if v.ContactName != v.Called() {
		add("contact_name", v.ContactName, "")
	}
	add("email", v.Email, "mailto:"+v.Email)
	add("phone", v.Phone, "")
	add("tax_id", v.TaxID, "")
	add("po_number", v.PONumber, "")
	add("external_ref", v.ExternalRef, "")
	add("delivery_method", v.Say("delivery."+v.DeliveryMethod), "")
	add("wish", v.Say("wish."+string(v.Wish)), "")
	if v.RequestedDay != nil {
		add("requested_day", v.Day(v.RequestedDay), "")
	}
	return out
}

func (v orderView) notes() []ui.Pair {
	var out []ui.Pair
	if v.NoteCustomer != "" {
		out = append(out, ui.Pair{Key: v.Say("note_customer"), Value: v.NoteCustomer})
	}
	if v.NoteInternal != "" {
		out = append(out, ui.Pair{Key: v.Say("note_internal"), Value: v.NoteInternal})
	}
	return out
}

// filters narrow the timeline to what the customer may read, or to the rest.
func (v orderView) filters() []ui.Tab {
	var out []ui.Tab
	for _, f := range []string{"", "public", "internal"} {
		out = append(out, ui.Tab{Label: v.Say("story." + f), Href: path(v.ID) + "?show=" + f + "#story", Current: v.Filter == f})
	}
	return out
}

// typed and problem belong to the form that failed; the others start empty.
func (v orderView) typed(form, name string) string {
	if v.Failed != form {
		return ""
	}
	return v.Typed(name)
}

func (v orderView) problem(form, name string) string {
	if v.Failed != form {
		return ""
	}
	return v.Problems.For(name)
}

func (v orderView) open() bool { return v.State() == sales.Placed || v.State() == sales.Confirmed }

func (v orderView) holdDetail(h sales.Hold) string {
	parts := []string{v.Say("hold_stops", "what", v.Words.List(v.words("block.", h.Blocks))), v.Say("hold_keeper", "who", h.Keeper()),
		v.Say("hold_since", "who", h.PlacedBy, "at", v.Words.Near(h.PlacedAt, v.Now))}
	if h.KeepsStock {
		parts = append(parts, v.Say("hold_keeps_stock"))
	} else {
		parts = append(parts, v.Say("hold_frees_stock"))
	}
	if h.NextType != "" {
		parts = append(parts, v.Say("hold_then", "type", v.Say("hold."+h.NextType)))
	}
	return strings.Join(parts, " · ")
}

func (v orderView) words(prefix string, codes []string) []string {
	var out []string
	for _, c := range codes {
		out = append(out, v.Say(prefix+c))
	}
	return out
}

func (v orderView) holdTypes() []ui.Option {
	var out []ui.Option
	for _, t := range sales.HoldTypes {
		out = append(out, ui.Option{Value: t, Label: v.Say("hold." + t)})
	}
	return out
}

func (v orderView) owners() []ui.Option {
	out := []ui.Option{{Value: "me", Label: v.Say("owner_me")}}
	for _, role := range []string{"sales", "warehouse", "manager"} {
		out = append(out, ui.Option{Value: role, Label: v.Say("role." + role)})
	}
	return out
}

func (v orderView) blockables() []ui.Option {
	var out []ui.Option
	for _, b := range sales.Blockable {
		out = append(out, ui.Option{Value: b, Label: v.Say("block." + b), Chosen: v.Failed != "hold" || strings.Contains(v.Typed("blocks"), b)})
	}
	return out
}

// openCustomer leads to the customer, for those who may read customers.
func (v orderView) openCustomer() []ui.Action {
	if !v.Can(access.CustomerRead) {
		return nil
	}
	return []ui.Action{{Label: v.Say("do.open"), Href: "/customers/" + id.Text(v.Customer)}}
}
