package products

import (
	"strings"

	"github.com/a-h/templ"

	"packhouse/internal/catalog"
	"packhouse/internal/id"
	"packhouse/internal/inventory"
	"packhouse/internal/money"
	"packhouse/internal/problem"
	"packhouse/internal/trade"
	"packhouse/web/edge"
	"packhouse/web/ui"
)

// productView is a product's page.
type productView struct {
	sight
	catalog.Record
	Levels   []inventory.LevelRow
	Free     map[id.SKU]int64
	Entries  []catalog.Entry
	History  []catalog.Happened
	Today    trade.Day
	Currency money.Currency // of costs
}

const historyShown = 30

func (p pages) product(r *edge.Request) (edge.Reply, error) {
	v, err := p.readProduct(r, id.Product(r.ID("product")))
	if err != nil {
		return edge.Reply{}, err
	}
	return edge.Page(v.frame(), productPage(v)), nil
}

// redrawProduct shows the page again with what was wrong with a small form on
// it.
func (p pages) redrawProduct(r *edge.Request, product id.Product, was error) (edge.Reply, error) {
	if !problem.IsPersons(was) {
		return edge.Reply{}, was
	}
	v, err := p.readProduct(r, product)
	if err != nil {
		return edge.Reply{}, err
	}
	v.told(r, was, nil)
	return edge.Redraw(was, v.frame(), productPage(v)), nil
}

func (p pages) readProduct(r *edge.Request, product id.Product) (productView, error) {
	ctx := r.Context()
	v := productView{sight: p.sight(r), Today: p.today()}
	var err error
	if v.Record, err = catalog.Read(ctx, p.Read, product); err != nil {
		return v, err
	}
	skus := make([]id.SKU, len(v.SKUs))
	for i, s := range v.SKUs {
		skus[i] = s.ID
	}
	if v.Stock {
		if v.Levels, err = inventory.LevelsOf(ctx, p.Read, skus, r.Person.Locations); err != nil {
			return v, err
		}
		if v.Free, err = free(ctx, p.Read, skus, r.Person.Locations); err != nil {
			return v, err
		}
	}
	if v.Prices {
		if v.Entries, err = catalog.PricesOf(ctx, p.Read, product); err != nil {
			return v, err
		}
	}
	if v.Costs {
		lists, err := catalog.BaseLists(ctx, p.Read)
		if err != nil {
			return v, err
		}
		v.Currency = costCurrency(lists)
	}
	v.History, err = catalog.History(ctx, p.Read, product, v.Costs, v.Prices, historyShown)
	return v, err
}

func (v productView) frame() ui.Frame {
	f := frame(v.Name)
	f.Wide = true
	return f
}

func (v productView) sold() (n int) {
	for _, s := range v.SKUs {
		if !s.Withdrawn() {
			n++
		}
	}
	return n
}

func (v productView) head() ui.PageHead {
	h := ui.PageHead{Crumbs: []ui.Crumb{{Label: "Products", Href: "/products"}}, Title: v.Name}
	if v.Kind != catalog.Goods {
		h.Badges = append(h.Badges, ui.State{Kind: ui.Blue, Word: v.Say("product.kind." + string(v.Kind))})
	}
	if v.sold() == 0 {
		h.Badges = append(h.Badges, ui.State{Kind: ui.Neutral, Word: v.Say("product.withdrawn")})
	}
	sub := []string{v.Say("product.kind." + string(v.Kind)), v.TaxClassName}
	if v.HandlingClass != "" {
		sub = append(sub, v.HandlingClass)
	}
	h.Sub = strings.Join(sub, " · ")
	if v.Manage {
		h.Quiet = []ui.Action{{Label: "Add a variant", Href: productPath(v.ID) + "/variants/new"}, {Label: "Edit", Href: productPath(v.ID) + "/edit", Key: "e"}}
	}
	return h
}

// next is the one thing that keeps the product from being sold, if there is
// one.
func (v productView) next() *ui.NextStep {
	if v.sold() == 0 {
		return nil
	}
	for _, s := range v.SKUs {
		if v.Kind == catalog.Kit && !s.Withdrawn() && len(v.Parts[s.ID]) == 0 {
			n := &ui.NextStep{Kind: ui.Amber, Sentence: s.Code + " has no parts yet, so it cannot be ordered.", Detail: "A kit is picked as its parts."}
			if v.Manage {
				n.Action = &ui.Action{Label: "Say what it is made of", Href: variantPath(v.ID, s.ID) + "#parts"}
			}
			return n
		}
	}
	if !v.Prices {
		return nil
	}
	for _, s := range v.SKUs {
		if !s.Withdrawn() && !v.priced(s.ID) {
			n := &ui.NextStep{Kind: ui.Amber, Sentence: s.Code + " has no base price.", Detail: "Orders with it need a price set by hand."}
			if v.SetPrices {
				n.Action = &ui.Action{Label: "Set its price", Href: variantPath(v.ID, s.ID) + "#prices"}
			}
			return n
		}
	}
	return nil
}

func (v productView) priced(sku id.SKU) bool {
	for _, e := range v.Entries {
		if e.SKU == sku && e.Base {
			return true
		}
	}
	return false
}

func (v productView) variants() ui.Grid {
	g := ui.Grid{Caption: "Variants", Plain: true, Columns: []ui.Column{{Label: "Variant"}, {Label: "Barcodes"}, {Label: "Sold by the"}, {Label: "Weight and size", Hide: ui.OnMid}}}
	if v.Stock {
		g.Columns = append(g.Columns, ui.Column{Label: "Free", Num: true})
	}
	if v.Costs {
		g.Columns = append(g.Columns, ui.Column{Label: "Cost", Num: true, Hide: ui.OnMid})
	}
	for _, s := range v.SKUs {
		first := ui.Two(s.Title, s.Code)
		if v.Manage {
			first = ui.Lead(variantPath(v.ID, s.ID), s.Title, s.Code)
		}
		if s.Withdrawn() {
			first = withdrawnCell(first, v.Say("product.withdrawn"))
		}
		row := ui.Row{Label: s.Code, Cells: []templ.Component{first, ui.Text(orDash(strings.Join(v.Barcodes[s.ID], ", "))), ui.Two(v.unit(s), v.orderRule(s)), ui.Two(orDash(catalog.Weight(s.WeightG)), size(s))}}
		if v.Stock {
			n, counted := v.Free[s.ID]
			text := v.Words.Number(n)
			if !counted {
				text = "–"
			}
			row.Cells = append(row.Cells, ui.Text(text))
		}
		if v.Costs {
			cost := "–"
			if s.Cost != nil {
				cost = s.Cost.Format(v.Words.Lang(), v.Currency)
			}
			row.Cells = append(row.Cells, ui.Money(cost))
		}
		g.Rows = append(g.Rows, row)
	}
	return g
}

func (v productView) unit(s catalog.SKU) string {
	if s.UnitRatio == 1 {
		return s.SoldUnit
	}
	return s.SoldUnit + " of " + v.Words.Number(s.UnitRatio)
}

func (v productView) orderRule(s catalog.SKU) string {
	var rules []string
	if s.PackSize > 1 {
		rules = append(rules, "in packs of "+v.Words.Number(s.PackSize))
	}
	if s.MinQuantity > 1 {
		rules = append(rules, "at least "+v.Words.Number(s.MinQuantity))
	}
	return strings.Join(rules, ", ")
}

func size(s catalog.SKU) string {
	var out []string
	for _, mm := range []*int64{s.LengthMM, s.WidthMM, s.HeightMM} {
		if mm == nil {
			return ""
		}
		out = append(out, strings.TrimSuffix(catalog.Length(mm), " cm"))
	}
	return strings.Join(out, " × ") + " cm"
}

func orDash(s string) string {
	if s == "" {
		return "–"
	}
	return s
}

// stock is the stock per location and state, each row leading to the stock
// page of its variant.
func (v productView) stock() ui.Grid {
	g := ui.Grid{Caption: "Stock by location", Plain: true, Columns: []ui.Column{{Label: "Location"}}}
	several := len(v.SKUs) > 1
	if several {
		g.Columns = append(g.Columns, ui.Column{Label: "Variant"})
	}
	for _, label := range []string{"On hand", "Reserved", "Free", "Safety", "Damaged", "Quarantine"} {
		g.Columns = append(g.Columns, ui.Column{Label: label, Num: true})
	}
	sums := make([]int64, 6)
	for _, l := range v.Levels {
		href := "/stock/" + idText(int64(l.SKU))
		row := ui.Row{Label: l.Code + ", " + l.LocationName, Cells: []templ.Component{ui.Lead(href, l.LocationName, "")}}
		if several {
			row.Cells = append(row.Cells, ui.Text(l.Code))
		}
		for i, n := range []int64{l.OnHand, l.Reserved, l.Free, l.Safety, l.Damaged, l.Quarantine} {
			sums[i] += n
			row.Cells = append(row.Cells, ui.Text(v.Words.Number(n)))
		}
		g.Rows = append(g.Rows, row)
	}
	if len(v.Levels) > 1 {
		g.Foot = []templ.Component{ui.Text("All locations")}
		if several {
			g.Foot = append(g.Foot, nil)
		}
		for _, n := range sums {
			g.Foot = append(g.Foot, ui.Text(v.Words.Number(n)))
		}
	}
	return g
}

func (v productView) priceGrid() ui.Grid {
	g := ui.Grid{Caption: "Prices", Plain: true, Columns: []ui.Column{{Label: "Price list"}, {Label: "Variant"}, {Label: "From pieces", Num: true}, {Label: "Each", Num: true, End: true}, {Label: "Valid"}}}
	for _, e := range v.Entries {
		name := e.ListCode
		if e.Base {
			name += " (base)"
		}
		g.Rows = append(g.Rows, ui.Row{Label: e.Code, Cells: []templ.Component{
			ui.Lead(pricesPath(e.List), name, taxWords(e.Tax)), ui.Text(e.Code), ui.Text(v.Words.Number(e.Least)),
			ui.Money(e.Unit.Format(v.Words.Lang(), e.Currency)), validCell(v.sight, e, v.Today)}})
	}
	return g
}

func taxWords(included bool) string {
	if included {
		return "with tax"
	}
	return "without tax"
}

// valid tells the days of a price: its last day, not the first without it.
func (s sight) valid(e catalog.Entry) string {
	day := func(d trade.Day) string { return s.Words.Day(d.Start(s.Words.Location())) }
	switch {
	case e.From.IsZero() && e.Until.IsZero():
		return "always"
	case e.Until.IsZero():
		return "from " + day(e.From)
	case e.From.IsZero():
		return "until " + day(e.Until.Add(-1))
	}
	return day(e.From) + " – " + day(e.Until.Add(-1))
}

// standing is whether a price holds today, in a word, "" if it does.
func standing(e catalog.Entry, today trade.Day) string {
	switch {
	case !e.From.IsZero() && today.Before(e.From):
		return "not yet"
	case !e.Until.IsZero() && !today.Before(e.Until):
		return "over"
	}
	return ""
}

func (v productView) timeline() []ui.Happening {
	out := make([]ui.Happening, len(v.History))
	for i, h := range v.History {
		args := problem.Args{"code": h.Code, "name": h.Name, "barcode": h.Barcode, "reason": h.Reason, "list": h.List}
		one := ui.Happening{At: v.When(h.At), Who: h.By, Sentence: v.Words.Say("event."+h.Kind, args), Internal: true, Icon: "pencil"}
		var details []string
		for _, c := range h.Changes {
			details = append(details, v.change(c))
		}
		one.Detail = strings.Join(details, "; ")
		if h.List != "" && h.Kind != "price_list.created" {
			one.Detail = h.List + ": " + one.Detail
		}
		out[i] = one
	}
	return out
}

func (s sight) change(c problem.Change) string {
	label, before, after := s.Say("product.field."+c.Field), s.value(c.Field, c.Before), s.value(c.Field, c.After)
	switch {
	case before == "":
		return label + " " + after
	case after == "":
		return label + " no longer " + before
	}
	return label + " from " + before + " to " + after
}
