package stock

import (
	"net/url"

	"github.com/a-h/templ"

	"packhouse/internal/id"
	"packhouse/internal/inventory"
	"packhouse/web/edge"
	"packhouse/web/ui"
)

// reservationsView is what stands behind a reserved number.
type reservationsView struct {
	sight
	Filter     inventory.ReservationFilter
	Goods      *inventory.Named
	Rows       []inventory.Reservation
	Locations  []inventory.Location
	Prev, Next string
}

func (v reservationsView) address(f inventory.ReservationFilter, direction string, at id.Allocation) string {
	q := url.Values{}
	for name, n := range map[string]int64{"sku": int64(f.SKU), "location": int64(f.Location), direction: int64(at)} {
		if n != 0 {
			q.Set(name, text(n))
		}
	}
	return joined("/stock/reservations", q)
}

func (p pages) reservations(r *edge.Request) (edge.Reply, error) {
	ctx := r.Context()
	v := reservationsView{sight: p.sight(r), Filter: inventory.ReservationFilter{Bound: r.Person.Locations, SKU: id.SKU(number(r.Text("sku"))),
		Location: id.Location(number(r.Text("location"))), Older: id.Allocation(number(r.Text("older"))), Newer: id.Allocation(number(r.Text("newer"))), Limit: size}}
	if v.Filter.SKU != 0 {
		named, err := inventory.SKUNamed(ctx, p.Read, v.Filter.SKU, "")
		if err != nil {
			return edge.Reply{}, err
		}
		v.Goods = &named
	}
	var more bool
	var err error
	if v.Rows, more, err = inventory.Reservations(ctx, p.Read, v.Filter); err != nil {
		return edge.Reply{}, err
	}
	if v.Locations, err = inventory.Locations(ctx, p.Read, v.Bound); err != nil {
		return edge.Reply{}, err
	}
	if n := len(v.Rows); n > 0 {
		back := v.Filter.Newer != 0
		if back && more || !back && v.Filter.Older != 0 {
			v.Prev = v.address(v.Filter, "newer", v.Rows[0].ID)
		}
		if back || more {
			v.Next = v.address(v.Filter, "older", v.Rows[n-1].ID)
		}
	}
	return edge.Page(wide("Reservations"), reservationsPage(v)), nil
}

func (v reservationsView) head() ui.PageHead {
	h := ui.PageHead{Title: "Reservations", Sub: "What is set aside, and for which order.", Crumbs: []ui.Crumb{{Label: "Stock", Href: "/stock"}}}
	if v.Goods != nil {
		h.Title, h.Sub = "Reserved of "+v.Goods.Code, v.Goods.Title
		h.Crumbs = append(h.Crumbs, ui.Crumb{Label: v.Goods.Code, Href: "/stock/goods/" + text(v.Goods.ID)})
	}
	return h
}

func (v reservationsView) filters() ui.Filters {
	f := ui.Filters{Action: "/stock/reservations"}
	if v.Filter.SKU != 0 {
		f.Keep = []ui.Hidden{{Name: "sku", Value: text(v.Filter.SKU)}}
	}
	if len(v.Locations) > 1 {
		all := v.Filter
		all.Location = 0
		f.Chips = []ui.Chip{locationChip(v.Locations, v.Filter.Location, v.address(all, "", 0))}
	}
	return f
}

func (v reservationsView) table() ui.Grid {
	g := ui.Grid{Caption: "Reservations", Columns: []ui.Column{{Label: "Order"}, {Label: "SKU"}, {Label: "Location"}, {Label: "Until"}, {Label: "Since", Hide: ui.OnMid}, {Label: "Pieces", Num: true, End: true}}}
	for _, a := range v.Rows {
		until := ui.Badge(ui.Blue, "for good")
		if a.Soft {
			until = untilWhen(v.When(a.Expires))
		}
		g.Rows = append(g.Rows, ui.Row{Label: a.Number, Cells: []templ.Component{ui.Lead("/orders/"+text(a.Order), a.Number, "Line "+text(a.Position)), ui.Two(a.Code, a.Title),
			ui.Text(a.LocationCode), until, ui.When(v.When(a.At)), ui.Text(v.n(a.Quantity))}})
	}
	return g
}
