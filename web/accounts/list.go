package accounts

import (
	"encoding/csv"
	"io"
	"net/url"

	"github.com/a-h/templ"

	"packhouse/internal/customers"
	"packhouse/internal/id"
	"packhouse/web/edge"
	"packhouse/web/parts"
	"packhouse/web/ui"
)

type listView struct {
	sight
	Query      customers.ListQuery
	Rows       []customers.Row
	Prev, Next string
}

func listQuery(r *edge.Request) customers.ListQuery {
	q := customers.ListQuery{Search: r.Text("q"), Limit: size,
		After: customers.Cursor{Name: r.Text("name"), ID: id.Customer(number(r.Text("after")))}, Before: customers.Cursor{Name: r.Text("name"), ID: id.Customer(number(r.Text("before")))}}
	if k := r.Text("kind"); k == customers.Person || k == customers.Company {
		q.Kind = k
	}
	return q
}

// address is the list that q asks for, from the row on.
func address(path string, q customers.ListQuery, direction string, at customers.Row) string {
	v := url.Values{}
	if q.Search != "" {
		v.Set("q", q.Search)
	}
	if q.Kind != "" {
		v.Set("kind", q.Kind)
	}
	if direction != "" {
		v.Set(direction, text(at.ID))
		v.Set("name", at.Name)
	}
	if len(v) == 0 {
		return path
	}
	return path + "?" + v.Encode()
}

func (p pages) list(r *edge.Request) (edge.Reply, error) {
	v := listView{sight: p.sight(r), Query: listQuery(r)}
	var more bool
	var err error
	if v.Rows, more, err = customers.List(r.Context(), p.Read, v.Query); err != nil {
		return edge.Reply{}, err
	}
	if n := len(v.Rows); n > 0 {
		back := v.Query.Before.ID != 0
		if back && more || !back && v.Query.After.ID != 0 {
			v.Prev = address("/customers", v.Query, "before", v.Rows[0])
		}
		if back || more {
			v.Next = address("/customers", v.Query, "after", v.Rows[n-1])
		}
	}
	return edge.Page(wide("Customers"), listPage(v)), nil
}

// export is what the list shows, all its pages.
func (p pages) export(r *edge.Request) (edge.Reply, error) {
	q, ctx := listQuery(r), r.Context()
	q.After, q.Before, q.Limit = customers.Cursor{}, customers.Cursor{}, 1000
	return edge.File("customers.csv", "text/csv; charset=utf-8", func(w io.Writer) error {
		out := csv.NewWriter(w)
		if err := out.Write([]string{"number", "name", "kind", "email", "phone", "city", "country", "terms_days", "open_orders"}); err != nil {
			return err
		}
		for n := 0; n < most; {
			rows, more, err := customers.List(ctx, p.Read, q)
			if err != nil {
				return err
			}
			for _, c := range rows {
				err := out.Write([]string{parts.Cell(c.Number), parts.Cell(c.Name), c.Kind, parts.Cell(c.Email), parts.Cell(c.Phone), parts.Cell(c.City), parts.Cell(c.Country), text(c.Terms), text(c.Orders)})
				if err != nil {
					return err
				}
			}
			if n += len(rows); !more {
				break
			}
			last := rows[len(rows)-1]
			q.After = customers.Cursor{Name: last.Name, ID: last.ID}
		}
		out.Flush()
		return out.Error()
	}), nil
}

// find answers a field while somebody types: the options alone.
func (p pages) find(r *edge.Request) (edge.Reply, error) {
	found, err := customers.Find(r.Context(), p.Read, r.Text("q"), 10)
	if err != nil {
		return edge.Reply{}, err
	}
	options := make([]ui.Suggestion, len(found))
	for i, c := range found {
		options[i] = ui.Suggestion{Value: c.Name, ID: text(c.ID), Label: c.Name, Detail: joined(" · ", c.Number, c.Email), Note: joined(", ", c.Street, c.City, c.Country),
			Fill: map[string]string{"email": c.Email, "phone": c.Phone}}
	}
	return edge.Fragment(ui.ListOptions("No customer fits", options...)), nil
}

// joined puts what is there one after the other.
func joined(between string, all ...string) string {
	out := ""
	for _, s := range all {
		if s == "" {
			continue
		}
		if out != "" {
			out += between
		}
		out += s
	}
	return out
}

func (v listView) head() ui.PageHead {
	h := ui.PageHead{Title: "Customers", Quiet: []ui.Action{{Label: "Export", Href: address("/customers/export", v.Query, "", customers.Row{}), Icon: "download"}}}
	if v.Manage {
		h.Primary = &ui.Action{Label: "New customer", Href: "/customers/new", Icon: "plus"}
	}
	return h
}

func (v listView) tabs() []ui.Tab {
	var tabs []ui.Tab
	for _, t := range []struct{ kind, label string }{{"", "All"}, {customers.Company, "Companies"}, {customers.Person, "People"}} {
		q := v.Query
		q.Kind = t.kind
		tabs = append(tabs, ui.Tab{Label: t.label, Href: address("/customers", q, "", customers.Row{}), Current: v.Query.Kind == t.kind})
	}
	return tabs
}

func (v listView) filters() ui.Filters {
	f := ui.Filters{Action: "/customers", Search: &ui.Input{Label: "Name, number, e-mail, phone or tax number", Name: "q", Value: v.Query.Search}}
	if v.Query.Kind != "" {
		f.Keep = []ui.Hidden{{Name: "kind", Value: v.Query.Kind}}
	}
	if v.Query.Search != "" {
		f.Clear = address("/customers", customers.ListQuery{Kind: v.Query.Kind}, "", customers.Row{})
	}
	return f
}

func (v listView) table() ui.Grid {
	g := ui.Grid{ID: "customers", Caption: "Customers", Columns: []ui.Column{{Label: "Name"}, {Label: "Number", End: true}, {Label: "E-mail"}, {Label: "Phone", Hide: ui.OnMid}, {Label: "Place"}, {Label: "Open orders", Num: true}}}
	for _, c := range v.Rows {
		kind := v.Say("customer.kind." + c.Kind)
		if c.Erased {
			kind = "Personal data erased"
		}
		g.Rows = append(g.Rows, ui.Row{Label: c.Name, Cells: []templ.Component{ui.Lead(path(c.ID), c.Name, kind), ui.Text(c.Number), ui.Text(or(c.Email, "–")), ui.Text(or(c.Phone, "–")),
			ui.Text(or(joined(", ", c.City, c.Country), "–")), figure(v.N(c.Orders), path(c.ID)+"?orders=open", c.Orders == 0)}})
	}
	return g
}
