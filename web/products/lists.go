package products

import (
	"context"

	"github.com/a-h/templ"

	"packhouse/internal/catalog"
	"packhouse/internal/id"
	"packhouse/internal/money"
	"packhouse/internal/txn"
	"packhouse/web/edge"
	"packhouse/web/ui"
)

// listsView is all price lists, or the form of a new one.
type listsView struct {
	sight
	All  []catalog.List
	Form listForm
}

// listForm is a price list as typed.
type listForm struct {
	Code, Name, Currency string
	Tax, Base            bool
}

func (p pages) lists(r *edge.Request) (edge.Reply, error) {
	v := listsView{sight: p.sight(r)}
	var err error
	if v.All, err = catalog.Lists(r.Context(), p.Read); err != nil {
		return edge.Reply{}, err
	}
	return edge.Page(frame("Price lists"), listsPage(v)), nil
}

func (p pages) newListForm(r *edge.Request) (edge.Reply, error) {
	return edge.Page(frame("New price list"), newListPage(listsView{sight: p.sight(r)})), nil
}

func (p pages) createList(r *edge.Request) (edge.Reply, error) {
	v := listsView{sight: p.sight(r), Form: listForm{r.Text("code"), r.Text("name"), r.Text("currency"), r.Text("tax") == "with", r.Ticked("base")}}
	f := v.Form
	currency, perr := money.ParseCurrency(f.Currency)
	if perr != nil {
		currency = money.Currency(f.Currency)
	}
	out, err := edge.Do(r, func(ctx context.Context, tx *txn.Tx) (id.PriceList, error) {
		return catalog.CreateList(ctx, tx, catalog.ListInput{Code: f.Code, Name: f.Name, Currency: currency, IncludesTax: f.Tax, Base: f.Base})
	})
	if err != nil {
		v.told(r, err, nil)
		return edge.Redraw(err, frame("New price list"), newListPage(v)), nil
	}
	return edge.SeeOther(pricesPath(out.Value), edge.Done("product.list_created", "list", f.Code)), nil
}

func (v listsView) grid() ui.Grid {
	g := ui.Grid{ID: "lists", Caption: "Price lists", Columns: []ui.Column{{Label: "Price list"}, {Label: "Currency"}, {Label: "Prices", Num: true}, {Label: "Customers", Num: true, End: true}}}
	for _, l := range v.All {
		first := ui.Lead(pricesPath(l.ID), l.Name, l.Code)
		if l.Base {
			first = withdrawnCell(first, "Base list")
		}
		customers := v.Words.Number(l.Customers)
		if l.Base {
			customers = "all others"
		}
		g.Rows = append(g.Rows, ui.Row{Label: l.Code, Cells: []templ.Component{first, ui.Two(string(l.Currency), taxWords(l.IncludesTax)), ui.Text(v.Words.Number(l.Prices)), ui.Text(customers)}})
	}
	return g
}

func (v listsView) head() ui.PageHead {
	h := ui.PageHead{Crumbs: []ui.Crumb{{Label: "Products", Href: "/products"}}, Title: "Price lists", Sub: "A customer's own list comes first, then the base list. At each quantity the latest price holds; of the quantities reached, the lowest counts."}
	if v.SetPrices {
		h.Primary = &ui.Action{Label: "New price list", Href: "/products/prices/new"}
	}
	return h
}

func taxChoice(with bool) string {
	if with {
		return "with"
	}
	return "without"
}
