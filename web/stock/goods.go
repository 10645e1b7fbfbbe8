package stock

import (
	"net/url"

	"github.com/a-h/templ"

	"packhouse/internal/id"
	"packhouse/internal/inventory"
	"packhouse/web/edge"
	"packhouse/web/ui"
)

// goodsView is one SKU at every location, as the page draws it.
type goodsView struct {
	sight
	Goods  inventory.Named
	Levels []inventory.LevelRow
	Bins   []inventory.InBin
	Last   []inventory.Movement
}

func (p pages) goods(r *edge.Request) (edge.Reply, error) {
	ctx := r.Context()
	v := goodsView{sight: p.sight(r)}
	var err error
	if v.Goods, err = inventory.SKUNamed(ctx, p.Read, id.SKU(r.ID("sku")), ""); err != nil {
		return edge.Reply{}, err
	}
	if v.Levels, err = inventory.LevelsOf(ctx, p.Read, []id.SKU{v.Goods.ID}, v.Bound); err != nil {
		return edge.Reply{}, err
	}
	if v.Bins, err = inventory.BinStock(ctx, p.Read, v.Goods.ID, v.Bound); err != nil {
		return edge.Reply{}, err
	}
	if v.Last, _, err = inventory.Movements(ctx, p.Read, inventory.MovementFilter{Bound: v.Bound, SKU: v.Goods.ID, Limit: 10}); err != nil {
		return edge.Reply{}, err
	}
	return edge.Page(wide("Stock of "+v.Goods.Code), goodsPage(v)), nil
}

func (v goodsView) head() ui.PageHead {
	h := ui.PageHead{Title: v.Goods.Code, Sub: v.Goods.Title, Crumbs: []ui.Crumb{{Label: "Stock", Href: "/stock"}}}
	if v.Adjust {
		q := "?" + url.Values{"sku": {v.Goods.Code}}.Encode()
		h.Primary = &ui.Action{Label: "Adjust", Href: "/stock/adjust" + q, Key: "a"}
		h.Quiet = []ui.Action{{Label: "Change condition", Href: "/stock/condition" + q}, {Label: "Change bin", Href: "/stock/bin" + q}}
	}
	return h
}

// table has a row per location, the sum under them, and says where the ledger
// disagrees.
func (v goodsView) table() ui.Grid {
	columns := levelColumns(ui.Column{Label: "Location"})
	columns = append(columns, ui.Column{Label: "Sum of the ledger", Num: true, Hide: ui.OnMid})
	g := ui.Grid{ID: "levels", Caption: "Stock by location", Columns: columns, Plain: true}
	sum := inventory.LevelRow{SKU: v.Goods.ID}
	for _, l := range v.Levels {
		cells := append([]templ.Component{ui.Lead("/stock/locations/"+text(l.Location), l.LocationName, l.LocationCode)}, v.cells(l, l.Location)...)
		row := ui.Row{Label: l.LocationName, Cells: append(cells, v.ledger(l))}
		if !l.Balanced() {
			row.Kind, row.Result, row.ResultKind = ui.Red, "The ledger does not add up to what is on hand. Please tell an admin to run the checks.", ui.Red
		}
		g.Rows = append(g.Rows, row)
		sum.OnHand, sum.Reserved, sum.Free, sum.Safety = sum.OnHand+l.OnHand, sum.Reserved+l.Reserved, sum.Free+l.Free, sum.Safety+l.Safety
		sum.Damaged, sum.Quarantine, sum.Ledger = sum.Damaged+l.Damaged, sum.Quarantine+l.Quarantine, sum.Ledger+l.Ledger
	}
	if len(v.Levels) > 1 {
		g.Foot = append(append([]templ.Component{ui.Text("Together")}, v.cells(sum, 0)...), v.ledger(sum))
	}
	return g
}

func (v goodsView) ledger(l inventory.LevelRow) templ.Component {
	q := url.Values{"goods": {text(l.SKU)}}
	if l.Location != 0 {
		q.Set("location", text(l.Location))
	}
	return pieces(v.n(l.Ledger), "/stock/movements?"+q.Encode(), l.Ledger == 0)
}

func (v goodsView) bins() ui.Grid {
	g := ui.Grid{Caption: "Where it lies", Plain: true, Columns: []ui.Column{{Label: "Bin"}, {Label: "Condition"}, {Label: "Lot", Hide: ui.OnPhone}, {Label: "Pieces", Num: true, End: true}}}
	names := map[id.Location]string{}
	for _, l := range v.Levels {
		names[l.Location] = l.LocationName
	}
	for _, b := range v.Bins {
		g.Rows = append(g.Rows, ui.Row{Cells: []templ.Component{ui.Two(b.Code, names[b.Location]), conditionBadge(v.sight, b.Condition), ui.Text(b.Lot), ui.Text(v.n(b.Pieces))}})
	}
	return g
}

// conditionBadge is a condition with its hue and word.
func conditionBadge(s sight, c inventory.Condition) templ.Component {
	kind := ui.Neutral
	switch c {
	case inventory.Damaged:
		kind = ui.Red
	case inventory.Quarantine:
		kind = ui.Amber
	}
	return ui.Badge(kind, s.Say("stock.condition."+string(c)))
}

// plain is a table within a card.
func plain(g ui.Grid) ui.Grid {
	g.Plain = true
	return g
}
