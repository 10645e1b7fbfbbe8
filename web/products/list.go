package products

import (
	"context"
	"strconv"

	"github.com/a-h/templ"

	"packhouse/internal/catalog"
	"packhouse/internal/id"
	"packhouse/internal/inventory"
	"packhouse/internal/list"
	"packhouse/internal/pg"
	"packhouse/web/edge"
	"packhouse/web/ui"
)

// listView is the list of products as the page draws it.
type listView struct {
	sight
	Query  list.Query
	Page   list.Page[catalog.Row]
	Free   map[id.SKU]int64 // absent: a service
	Prices map[id.SKU][]catalog.Standing
}

func (p pages) list(r *edge.Request) (edge.Reply, error) {
	ctx := r.Context()
	v := listView{sight: p.sight(r), Query: catalog.Shelf.Parse(r.Values())}
	var err error
	if v.Page, err = catalog.Rows(ctx, p.Read, v.Query); err != nil {
		return edge.Reply{}, err
	}
	skus := make([]id.SKU, len(v.Page.Rows))
	for i, row := range v.Page.Rows {
		skus[i] = row.SKU
	}
	if v.Stock {
		if v.Free, err = free(ctx, p.Read, skus, r.Person.Locations); err != nil {
			return edge.Reply{}, err
		}
	}
	if v.sight.Prices {
		if v.Prices, err = catalog.StandingPrices(ctx, p.Read, skus); err != nil {
			return edge.Reply{}, err
		}
	}
	f := frame("Products")
	f.Wide = true
	return edge.Page(f, listPage(v)), nil
}

// free is how many pieces of each variant can be promised, kits counted by what
// their parts make up. Services are absent.
func free(ctx context.Context, r pg.Reader, skus []id.SKU, bound []id.Location) (map[id.SKU]int64, error) {
	recipes, err := catalog.Recipes(ctx, r, skus)
	if err != nil {
		return nil, err
	}
	var leaves []id.SKU
	for _, recipe := range recipes {
		for sku := range recipe {
			leaves = append(leaves, sku)
		}
	}
	levels, err := inventory.LevelsOf(ctx, r, leaves, bound)
	if err != nil {
		return nil, err
	}
	at := map[id.Location]map[id.SKU]int64{}
	for _, l := range levels {
		if at[l.Location] == nil {
			at[l.Location] = map[id.SKU]int64{}
		}
		at[l.Location][l.SKU] = l.Free
	}
	return catalog.MadeUp(recipes, at), nil
}

// freeWords is the availability in words.
func (s sight) freeWords(kind catalog.Kind, withdrawn bool, pieces int64) string {
	switch {
	case withdrawn:
		return s.Say("product.withdrawn")
	case kind == catalog.Service:
		return s.Say("product.always")
	case pieces <= 0:
		return s.Say("product.free_none")
	}
	return s.Say("product.free", "n", pieces)
}

// prices is the first base price, and that there are more.
func (v listView) price(sku id.SKU) string {
	all := v.Prices[sku]
	if len(all) == 0 {
		return "–"
	}
	return all[0].Unit.Format(v.Words.Lang(), all[0].Currency)
}

func (v listView) href(q list.Query) string {
	if e := q.Encode(); e != "" {
		return "/products?" + e
	}
	return "/products"
}

func (v listView) tabs() []ui.Tab {
	q := v.Query
	bare := len(q.All("kind")) == 0 && q.Get("sale") == ""
	tabs := []ui.Tab{{Label: "All", Href: v.href(q.With("kind").With("sale")), Current: bare}}
	for _, k := range []struct{ kind, label string }{{"goods", "Goods"}, {"kit", "Kits"}, {"service", "Services"}} {
		only := q.With("sale").With("kind", k.kind)
		tabs = append(tabs, ui.Tab{Label: k.label, Href: v.href(only), Current: q.Get("sale") == "" && len(q.All("kind")) == 1 && q.Get("kind") == k.kind})
	}
	gone := q.With("kind").With("sale", "withdrawn")
	return append(tabs, ui.Tab{Label: "Withdrawn", Href: v.href(gone), Current: len(q.All("kind")) == 0 && q.Get("sale") == "withdrawn"})
}

func (v listView) filters() ui.Filters {
	q := v.Query
	f := ui.Filters{Action: "/products", Search: &ui.Input{Label: "SKU, barcode or words of the name", Name: "q", Value: q.Get("q")}}
	if len(q.Active()) > 0 {
		f.Clear = "/products"
	}
	if by, desc := q.Sorted(); by != "code" || desc {
		f.Keep = append(f.Keep, ui.Hidden{Name: "sort", Value: map[bool]string{true: "-", false: ""}[desc] + by})
	}
	sale := ui.Chip{Label: "Sale", Name: "sale", One: true, Options: []ui.Option{{Value: "sold", Label: "Sold"}, {Value: "withdrawn", Label: "Withdrawn"}}}
	for i := range sale.Options {
		if o := &sale.Options[i]; o.Value == q.Get("sale") {
			o.Chosen, sale.Value, sale.Clear = true, o.Label, v.href(q.With("sale"))
		}
	}
	kind := ui.Chip{Label: "Kind", Name: "kind"}
	for _, k := range catalog.Kinds {
		o := ui.Option{Value: string(k), Label: v.Say("product.kind." + string(k))}
		for _, have := range q.All("kind") {
			if have == o.Value {
				o.Chosen = true
				if kind.Value != "" {
					kind.Value += ", "
				}
				kind.Value += o.Label
				kind.Clear = v.href(q.With("kind"))
			}
		}
		kind.Options = append(kind.Options, o)
	}
	f.Chips = []ui.Chip{kind, sale}
	return f
}

func (v listView) sorted(name string) (href, dir string) {
	by, desc := v.Query.Sorted()
	if by == name {
		dir = "ascending"
		if desc {
			dir = "descending"
		}
	}
	return v.href(v.Query.By(name)), dir
}

func (v listView) grid() ui.Grid {
	g := ui.Grid{ID: "products", Caption: "Products"}
	title, dir := v.sorted("title")
	g.Columns = append(g.Columns, ui.Column{Label: "Product", Sort: title, Sorted: dir})
	code, dir := v.sorted("code")
	g.Columns = append(g.Columns, ui.Column{Label: "SKU", Sort: code, Sorted: dir}, ui.Column{Label: "Kind", Hide: ui.OnPhone}, ui.Column{Label: "Sold by the", Hide: ui.OnMid})
	if v.Stock {
		g.Columns = append(g.Columns, ui.Column{Label: "Free", Num: true})
	}
	if v.sight.Prices {
		g.Columns = append(g.Columns, ui.Column{Label: "Base price", Num: true, End: true})
	}
	for _, x := range v.Page.Rows {
		unit := x.SoldUnit
		if x.UnitRatio > 1 {
			unit += " of " + v.Words.Number(x.UnitRatio)
		}
		cells := []templ.Component{ui.Lead(productPath(x.Product), x.Title, ""), ui.Text(x.Code), ui.Text(v.Say("product.kind." + string(x.Kind))), ui.Text(unit)}
		if x.Withdrawn {
			cells[0] = withdrawnCell(cells[0], v.Say("product.withdrawn"))
		}
		if v.Stock {
			n, counted := v.Free[x.SKU]
			text := v.Words.Number(n)
			if !counted {
				text = "–"
			}
			cells = append(cells, ui.Text(text))
		}
		if v.sight.Prices {
			cells = append(cells, ui.Money(v.price(x.SKU)))
		}
		g.Rows = append(g.Rows, ui.Row{ID: strconv.FormatInt(int64(x.SKU), 10), Label: x.Code, Cells: cells})
	}
	return g
}

func (v listView) head() ui.PageHead {
	h := ui.PageHead{Title: "Products"}
	if v.Manage {
		h.Primary = &ui.Action{Label: "New product", Href: "/products/new", Key: "n"}
	}
	if v.sight.Prices {
		h.Quiet = append(h.Quiet, ui.Action{Label: "Price lists", Href: "/products/prices"})
	}
	return h
}

func (v listView) pager() ui.Pages {
	var pg ui.Pages
	if v.Page.HasPrev {
		pg.Prev = "/products?" + v.Page.Prev
	}
	if v.Page.HasNext {
		pg.Next = "/products?" + v.Page.Next
	}
	return pg
}
