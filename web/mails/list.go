package mails

import (
	"strconv"

	"github.com/a-h/templ"

	"packhouse/internal/list"
	"packhouse/internal/notify"
	"packhouse/internal/trade"
	"packhouse/web/edge"
	"packhouse/web/ui"
)

type listView struct {
	sight
	Query list.Query
	Page  list.Page[notify.Row]
}

func (p pages) list(r *edge.Request) (edge.Reply, error) {
	v := listView{sight: p.sight(r), Query: notify.Outbox.Parse(r.Values())}
	var err error
	if v.Page, err = notify.Rows(r.Context(), p.Read, v.Query); err != nil {
		return edge.Reply{}, err
	}
	f := frame("Mail")
	f.Wide = true
	return edge.Page(f, listPage(v)), nil
}

func (v listView) href(q list.Query) string {
	if e := q.Encode(); e != "" {
		return "/mail?" + e
	}
	return "/mail"
}

func (v listView) head() ui.PageHead {
	h := ui.PageHead{Title: "Mail", Sub: "What was written to whom, and what became of it."}
	if v.Caught {
		h.Quiet = append(h.Quiet, ui.Action{Label: "Caught mails", Href: "/mail/caught"})
	}
	if v.Jobs {
		h.Quiet = append(h.Quiet, ui.Action{Label: "Background jobs", Href: "/jobs"})
	}
	return h
}

func (v listView) tabs() []ui.Tab {
	q := v.Query
	tabs := []ui.Tab{{Label: "All", Href: v.href(q.With("state")), Current: q.Get("state") == ""}}
	for _, s := range notify.States {
		tabs = append(tabs, ui.Tab{Label: v.Say(s.Code()), Href: v.href(q.With("state", s.String())), Current: q.Get("state") == s.String()})
	}
	return tabs
}

func (v listView) filters() ui.Filters {
	q := v.Query
	f := ui.Filters{Action: "/mail", Search: &ui.Input{Label: "E-mail address or order number", Name: "q", Value: q.Get("q")}}
	if len(q.Active()) > 0 {
		f.Clear = "/mail"
	}
	if s := q.Get("state"); s != "" {
		f.Keep = append(f.Keep, ui.Hidden{Name: "state", Value: s})
	}
	chip := ui.Chip{Label: "Kind", Name: "kind"}
	for _, k := range notify.Kinds {
		o := ui.Option{Value: k.String(), Label: v.Say(k.Code())}
		for _, have := range q.All("kind") {
			if have == o.Value {
				o.Chosen, chip.Clear = true, v.href(q.With("kind"))
				if chip.Value != "" {
					chip.Value += ", "
				}
				chip.Value += o.Label
			}
		}
		chip.Options = append(chip.Options, o)
	}
	f.Chips = []ui.Chip{chip}
	return f
}

func (v listView) grid() ui.Grid {
	g := ui.Grid{ID: "mails", Caption: "Mails", Columns: []ui.Column{{Label: "Mail"}, {Label: "To"}, {Label: "State", End: true}, {Label: "Order", Hide: ui.OnPhone}, {Label: "Written", Short: true}}}
	for _, m := range v.Page.Rows {
		kind := v.Say(m.Kind.Code())
		second := ""
		if m.Copy > 0 {
			second = "Copy " + v.N(m.Copy)
		}
		order := ui.Text("–")
		if m.Order != 0 {
			order = ui.Lead(orderPath(m.Order), m.Number, "")
		}
		g.Rows = append(g.Rows, ui.Row{ID: strconv.FormatInt(int64(m.ID), 10), Label: kind, Cells: []templ.Component{
			ui.Lead(mailPath(m.ID), kind, second), ui.Text(trade.EmailShown(m.To)), ui.StateCell(stateKind(m.State), v.Say(m.State.Code()), m.LastError), order, ui.When(v.When(m.Created)),
		}})
	}
	return g
}

func (v listView) pager() ui.Pages {
	var pg ui.Pages
	if v.Page.HasPrev {
		pg.Prev = "/mail?" + v.Page.Prev
	}
	if v.Page.HasNext {
		pg.Next = "/mail?" + v.Page.Next
	}
	return pg
}
