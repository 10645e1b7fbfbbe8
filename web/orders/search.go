package orders

import (
	"strings"

	"github.com/a-h/templ"

	"packhouse/internal/access"
	"packhouse/internal/catalog"
	"packhouse/internal/customers"
	"packhouse/internal/id"
	"packhouse/internal/sales"
	"packhouse/web/edge"
	"packhouse/web/parts"
	"packhouse/web/ui"
)

const searchLimit = 25

// searchView is everything the one search box found.
type searchView struct {
	parts.Look
	Typed     string
	Orders    []sales.Row
	Customers []customers.Found
	Products  []catalog.Found
	Prices    bool
}

func (v searchView) none() bool { return len(v.Orders)+len(v.Customers)+len(v.Products) == 0 }

// search looks in every direction at once. What can only be one order opens it.
func (p pages) search(r *edge.Request) (edge.Reply, error) {
	typed := r.Text("q")
	v := searchView{Look: p.look(r), Typed: typed, Prices: r.Can(access.PriceRead)}
	if typed == "" {
		return edge.SeeOther("/orders"), nil
	}
	var err error
	if v.Orders, err = sales.Search(r.Context(), p.Read, typed, searchLimit); err != nil {
		return edge.Reply{}, err
	}
	if len(v.Orders) > 0 && strings.EqualFold(v.Orders[0].Number, typed) {
		return edge.SeeOther(path(v.Orders[0].ID)), nil
	}
	if r.Can(access.CustomerRead) {
		if v.Customers, err = customers.Find(r.Context(), p.Read, typed, 10); err != nil {
			return edge.Reply{}, err
		}
	}
	if r.Can(access.ProductRead) {
		if v.Products, err = catalog.Find(r.Context(), p.Read, typed, 10); err != nil {
			return edge.Reply{}, err
		}
	}
	return edge.Page(ui.Frame{Title: v.Say("search_for", "typed", typed), Section: "/orders", Search: typed}, searchPage(v)), nil
}

func (v searchView) orders() ui.Grid {
	g := ui.Grid{ID: "found-orders", Plain: true, Caption: v.Say("orders"), Columns: []ui.Column{{Label: v.Say("order")}, {Label: v.Say("customer")}, {Label: v.Say("state")}}}
	if v.Prices {
		g.Columns = append(g.Columns, ui.Column{Label: v.Say("total"), Num: true, End: true})
	}
	for _, o := range v.Orders {
		kind, word := parts.OrderBadge(v.Look, o)
		row := ui.Row{Cells: []templ.Component{ui.Lead(path(o.ID), o.Number, o.Channel+", "+v.When(o.Placed).Relative), ui.Text(o.Name), ui.StateCell(kind, word, v.Tell(o.Sentence, o.Args))}}
		if v.Prices {
			row.Cells = append(row.Cells, ui.Money(v.Money(o.Total, o.Currency)))
		}
		g.Rows = append(g.Rows, row)
	}
	return g
}

func (v searchView) customers() ui.Grid {
	g := ui.Grid{ID: "found-customers", Plain: true, Caption: v.Say("customers"), Columns: []ui.Column{{Label: v.Say("customer")}, {Label: v.Say("email")}}}
	for _, c := range v.Customers {
		g.Rows = append(g.Rows, ui.Row{Cells: []templ.Component{ui.Lead("/customers/"+id.Text(c.ID), c.Name, c.Number), ui.Text(c.Email)}})
	}
	return g
}

func (v searchView) products() ui.Grid {
	g := ui.Grid{ID: "found-products", Plain: true, Caption: v.Say("products"), Columns: []ui.Column{{Label: v.Say("product")}, {Label: v.Say("sku")}}}
	for _, f := range v.Products {
		g.Rows = append(g.Rows, ui.Row{Cells: []templ.Component{ui.Lead("/products/"+id.Text(f.Product), f.Title, ""), ui.Text(f.Code)}})
	}
	return g
}
