package products

import (
	"context"
	"net/url"
	"strings"

	"github.com/a-h/templ"

	"packhouse/internal/catalog"
	"packhouse/internal/id"
	"packhouse/internal/list"
	"packhouse/internal/money"
	"packhouse/internal/problem"
	"packhouse/internal/trade"
	"packhouse/internal/txn"
	"packhouse/web/edge"
	"packhouse/web/ui"
)

// pricesView is one price list.
type pricesView struct {
	sight
	List    catalog.List
	Query   string
	Entries []catalog.Entry
	Next    string
	First   bool
	Today   trade.Day
	Form    priceForm
}

// priceForm is a price as typed.
type priceForm struct{ SKU, Least, Price, From, Through string }

// Input is the form as the catalogue takes it. People name the last day, the
// catalogue the first without it.
func (f priceForm) Input(v *problem.Invalid, l catalog.List) catalog.PriceInput {
	in := catalog.PriceInput{List: l.ID, Code: f.SKU, Least: 1}
	if f.Least != "" {
		in.Least = int64(trade.ReadQuantity(v, "least", f.Least))
	}
	if in.Unit = money.ReadPrice(v, "price", f.Price, l.Currency); in.Unit.Sign() < 0 {
		v.Add("price", "too_small", "min", 0)
	}
	if f.From != "" {
		in.From = trade.ReadDay(v, "from", f.From)
	}
	if f.Through != "" {
		if last := trade.ReadDay(v, "until", f.Through); !last.IsZero() {
			in.Until = last.Add(1)
		}
	}
	if f.SKU == "" {
		v.Add("sku", "required")
	}
	return in
}

func (p pages) prices(r *edge.Request) (edge.Reply, error) {
	v, err := p.readPrices(r, r.Values())
	if err != nil {
		return edge.Reply{}, err
	}
	return edge.Page(frame(v.List.Name), pricesPage(v)), nil
}

// readPrices reads one page of a list; the place where it begins stands in the
// address.
func (p pages) readPrices(r *edge.Request, at url.Values) (pricesView, error) {
	ctx := r.Context()
	v := pricesView{sight: p.sight(r), Today: p.today(), Query: strings.TrimSpace(at.Get("q")), First: !at.Has("after")}
	var err error
	if v.List, err = catalog.ListByID(ctx, p.Read, id.PriceList(r.ID("list"))); err != nil {
		return v, err
	}
	after := catalog.EntryKey{Code: at.Get("after"), Least: min(number(at.Get("least")), 1_000_000), ID: number(at.Get("id"))}
	if v.Entries, err = catalog.Entries(ctx, p.Read, v.List.ID, v.Query, after, list.Size+1); err != nil {
		return v, err
	}
	if len(v.Entries) > list.Size {
		v.Entries = v.Entries[:list.Size]
		last := v.Entries[list.Size-1]
		next := url.Values{"after": {last.Code}, "least": {idText(last.Least)}, "id": {idText(last.ID)}}
		if v.Query != "" {
			next.Set("q", v.Query)
		}
		v.Next = pricesPath(v.List.ID) + "?" + next.Encode()
	}
	return v, nil
}

func (p pages) setPrice(r *edge.Request) (edge.Reply, error) {
	page, err := p.readPrices(r, nil)
	if err != nil {
		return edge.Reply{}, err
	}
	page.Form = priceForm{SKU: r.Text("sku"), Least: r.Text("least"), Price: r.Text("price"), From: r.Text("from"), Through: r.Text("until")}
	v := r.Invalid()
	in := page.Form.Input(v, page.List)
	if err = v.Err(); err == nil {
		_, err = edge.Run(r, func(ctx context.Context, tx *txn.Tx) error { return catalog.SetPrice(ctx, tx, in) })
	}
	if err != nil {
		page.told(r, err, nil)
		return edge.Redraw(err, frame(page.List.Name), pricesPage(page)), nil
	}
	return edge.SeeOther(pricesPath(page.List.ID)+"?q="+url.QueryEscape(in.Code),
		edge.Done("product.price_set", "code", in.Code, "price", in.Unit.Format(page.Words.Lang(), page.List.Currency))), nil
}

func (p pages) removePrice(r *edge.Request) (edge.Reply, error) {
	list, price := id.PriceList(r.ID("list")), number(r.Text("price"))
	_, err := edge.Run(r, func(ctx context.Context, tx *txn.Tx) error { return catalog.RemovePrice(ctx, tx, list, price) })
	if err != nil {
		return edge.Reply{}, err
	}
	return edge.SeeOther(pricesPath(list), edge.Done("product.price_removed")), nil
}

func (v pricesView) grid() ui.Grid {
	g := ui.Grid{ID: "prices", Caption: "Prices", Columns: []ui.Column{{Label: "Product"}, {Label: "From pieces", Num: true}, {Label: "Each", Num: true, End: true}, {Label: "Valid"}}}
	if v.SetPrices {
		g.Columns = append(g.Columns, ui.Column{Label: "Action"})
	}
	for _, e := range v.Entries {
		row := ui.Row{Label: e.Code, Cells: []templ.Component{ui.Lead(productPath(e.Product), e.Title, e.Code), ui.Text(v.Words.Number(e.Least)),
			ui.Money(e.Unit.Format(v.Words.Lang(), e.Currency)), validCell(v.sight, e, v.Today)}}
		if v.SetPrices {
			row.Cells = append(row.Cells, ui.Act(ui.Action{Label: "Remove", Kind: ui.Quiet, Post: pricesPath(v.List.ID) + "/remove", Command: fresh(),
				Fields: []ui.Hidden{{Name: "price", Value: idText(e.ID)}}, Attrs: templ.Attributes{"aria-label": "Remove the price of " + e.Code + " from " + idText(e.Least)}}))
		}
		g.Rows = append(g.Rows, row)
	}
	return g
}

func (v pricesView) head() ui.PageHead {
	h := ui.PageHead{Crumbs: []ui.Crumb{{Label: "Products", Href: "/products"}, {Label: "Price lists", Href: "/products/prices"}}, Title: v.List.Name,
		Sub: v.List.Code + " · " + string(v.List.Currency) + ", " + taxWords(v.List.IncludesTax)}
	if v.List.Base {
		h.Badges = []ui.State{{Kind: ui.Blue, Word: "Base list"}}
	}
	return h
}

func (v pricesView) filters() ui.Filters {
	f := ui.Filters{Action: pricesPath(v.List.ID), Search: &ui.Input{Label: "SKU or words of the title", Name: "q", Value: v.Query}}
	if v.Query != "" {
		f.Clear = f.Action
	}
	return f
}

func (v pricesView) pager() ui.Pages {
	pg := ui.Pages{Next: v.Next}
	if !v.First {
		pg.Prev = pricesPath(v.List.ID)
		if v.Query != "" {
			pg.Prev += "?q=" + url.QueryEscape(v.Query)
		}
		pg.Text = "Previous leads to the first page"
	}
	return pg
}
