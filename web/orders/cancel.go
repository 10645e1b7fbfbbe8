package orders

import (
	"context"
	"errors"

	"github.com/a-h/templ"

	"packhouse/internal/flow"
	"packhouse/internal/id"
	"packhouse/internal/inventory"
	"packhouse/internal/problem"
	"packhouse/internal/sales"
	"packhouse/internal/trade"
	"packhouse/internal/txn"
	"packhouse/web/edge"
	"packhouse/web/parts"
	"packhouse/web/ui"
)

// cancelView is the form that cancels lines or all of an order, and the page
// that shows the consequence before it is pressed.
type cancelView struct {
	parts.Look
	Order    *sales.Order
	Held     map[id.Line]int
	Typed    map[id.Line]string
	Reason   string
	NoMail   bool
	Preview  []string
	Problems ui.Problems
	Refused  string
	Key      string
}

func takeName(l id.Line) string { return "take[" + id.Text(l) + "]" }

func (p pages) readCancel(r *edge.Request) (cancelView, error) {
	v := cancelView{Look: p.look(r), Key: r.Key(), Typed: make(map[id.Line]string), Held: make(map[id.Line]int), Reason: r.Text("reason"), NoMail: r.Ticked("no_mail")}
	var err error
	if v.Order, err = sales.Get(r.Context(), p.Read, id.Order(r.ID("order"))); err != nil {
		return v, err
	}
	held, err := inventory.AllocationsOf(r.Context(), p.Read, v.Order.ID)
	for _, a := range held {
		v.Held[a.Line] += a.Quantity
	}
	for _, l := range v.Order.Lines {
		v.Typed[l.ID] = r.Text(takeName(l.ID))
	}
	return v, err
}

func (p pages) cancelForm(r *edge.Request) (edge.Reply, error) {
	v, err := p.readCancel(r)
	if err != nil {
		return edge.Reply{}, err
	}
	return edge.Page(v.frame(), cancelPage(v)), nil
}

func (v cancelView) frame() ui.Frame {
	return ui.Frame{Title: v.Say("cancel_order", "number", v.Order.Number), Section: "/orders"}
}

// takes reads how much of each line is to go.
func (v cancelView) takes(invalid *problem.Invalid) []sales.Take {
	var out []sales.Take
	for _, l := range v.Order.Lines {
		typed := v.Typed[l.ID]
		if typed == "" || typed == "0" {
			continue
		}
		before := len(invalid.Fields)
		n := trade.ReadQuantity(invalid, takeName(l.ID), typed)
		if len(invalid.Fields) == before {
			out = append(out, sales.Take{Line: l.ID, Pieces: int(n)})
		}
	}
	return out
}

func (p pages) cancel(r *edge.Request) (edge.Reply, error) {
	v, err := p.readCancel(r)
	if err != nil {
		return edge.Reply{}, err
	}
	invalid := r.Invalid()
	what := flow.Cancelling{Seen: r.Version(), Reason: trade.ReadLine(invalid, "reason", v.Reason, 500), NoMail: v.NoMail}
	all := r.Has("all")
	if !all {
		what.Takes = v.takes(invalid)
		if len(what.Takes) == 0 && len(invalid.Fields) == 0 {
			invalid.Add("", "nothing_to_cancel")
		}
	}
	if what.Reason == "" {
		invalid.Add("reason", "required")
	}
	if err := invalid.Err(); err != nil {
		return p.failCancel(r, v, err)
	}
	if r.Has("preview") {
		return p.previewCancel(r, v, what)
	}
	out, err := edge.Do(r, func(ctx context.Context, tx *txn.Tx) (flow.Cancellation, error) {
		return flow.CancelOrder(ctx, tx, v.Order.ID, what)
	})
	if err != nil {
		return p.failCancel(r, v, err)
	}
	code := "reduced"
	if out.Value.Whole {
		code = "order_cancelled"
	}
	return edge.SeeOther(path(v.Order.ID), edge.Done(code, "number", out.Value.Number, "freed", out.Value.Freed)), nil
}

func (p pages) failCancel(r *edge.Request, v cancelView, err error) (edge.Reply, error) {
	if !problem.IsPersons(err) {
		return edge.Reply{}, err
	}
	if _, invalid := errors.AsType[*problem.Invalid](err); invalid {
		v.Problems = r.Problems(err)
	} else {
		v.Refused = r.Sentence(err)
	}
	if _, stale := errors.AsType[*problem.Stale](err); stale {
		name, at := v.Order.ChangedBy()
		v.Refused = v.Say("stale_order", "name", name, "at", v.Words.Near(at, v.Now))
	}
	return edge.Redraw(err, v.frame(), cancelPage(v)), nil
}

// previewCancel says what would change, and changes nothing: the verb runs on
// the order as read and is thrown away.
func (p pages) previewCancel(r *edge.Request, v cancelView, what flow.Cancelling) (edge.Reply, error) {
	o, err := sales.Get(r.Context(), p.Read, v.Order.ID)
	if err != nil {
		return edge.Reply{}, err
	}
	before := o.Total
	takes, err := o.CancelPieces(what.Takes, nil, what.Reason, v.Now)
	if err != nil {
		return p.failCancel(r, v, err)
	}
	freed := 0
	for _, t := range takes {
		l, _ := o.Line(t.Line)
		freed += max(0, v.Held[t.Line]-l.Open())
	}
	v.Preview = []string{v.Say("preview.money", "before", v.Look.Money(before, o.Currency), "after", v.Look.Money(o.Total, o.Currency)), v.Say("preview.stock", "pieces", freed)}
	if o.State() == sales.Cancelled {
		v.Preview = append(v.Preview, v.Say("preview.ends"))
		if o.Email != "" && !v.NoMail {
			v.Preview = append(v.Preview, v.Say("preview.mail", "to", o.Email))
		}
	}
	return edge.Page(v.frame(), cancelPage(v)), nil
}

func (v cancelView) actions() []ui.Action {
	back := ui.Action{Label: v.Say("do.back"), Kind: ui.Quiet, Href: path(v.Order.ID)}
	if len(v.Preview) > 0 {
		return []ui.Action{{Label: v.Say("do.cancel_pieces"), Kind: ui.Danger}, back}
	}
	return []ui.Action{{Label: v.Say("do.preview_cancel"), Kind: ui.Primary, Name: "preview", Value: "1"},
		{Label: v.Say("do.cancel_all"), Kind: ui.Danger, Name: "all", Value: "1"}, back}
}

func (v cancelView) grid() ui.Grid {
	g := ui.Grid{ID: "cancel", Caption: v.Say("lines"), Columns: []ui.Column{{Label: v.Say("product")}, {Label: v.Say("ordered"), Num: true}, {Label: v.Say("open"), Num: true},
		{Label: v.Say("reserved_title"), Num: true, Hide: ui.OnPhone}, {Label: v.Say("cancel_pieces"), Num: true}}}
	for _, l := range v.Order.Lines {
		if l.Kind == sales.KitPart || l.Kind == sales.Shipping {
			continue
		}
		cell := templ.Component(ui.Text(""))
		if l.Open() > 0 {
			cell = cancelField(v, l)
		}
		g.Rows = append(g.Rows, ui.Row{Cells: []templ.Component{ui.Two(l.Name, l.Code), ui.Text(v.N(l.Quantity)), ui.Text(v.N(l.Open())), ui.Text(v.N(v.Held[l.ID])), cell}})
	}
	return g
}
