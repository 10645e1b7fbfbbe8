package products

import (
	"fmt"
	"strings"

	"github.com/a-h/templ"

	"packhouse/internal/catalog"
	"packhouse/internal/trade"
	"packhouse/web/ui"
)

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

// stock is the stock per location and state; a number leads to the rows behind
// it.
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
		row := ui.Row{Label: l.Code + ", " + l.LocationName, Cells: []templ.Component{ui.Lead(fmt.Sprintf("/stock/goods/%d", l.SKU), l.LocationName, "")}}
		if several {
			row.Cells = append(row.Cells, ui.Text(l.Code))
		}
		here := fmt.Sprintf("?goods=%d&location=%d", l.SKU, l.Location)
		behind := []string{"/stock/movements" + here + "&condition=sellable", "/stock/reservations" + here, "", "", "/stock/movements" + here + "&condition=damaged", "/stock/movements" + here + "&condition=quarantine"}
		for i, n := range []int64{l.OnHand, l.Reserved, l.Free, l.Safety, l.Damaged, l.Quarantine} {
			sums[i] += n
			row.Cells = append(row.Cells, figure(behind[i], v.Words.Number(n)))
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
