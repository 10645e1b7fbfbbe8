package accounts

import (
	"net/url"
	"strings"
	"time"

	"github.com/a-h/templ"

	"packhouse/internal/catalog"
	"packhouse/internal/customers"
	"packhouse/internal/id"
	"packhouse/internal/money"
	"packhouse/web/edge"
	"packhouse/web/parts"
	"packhouse/web/ui"
)

type customerView struct {
	sight
	Customer   customers.Customer
	Card       customers.Standing
	Addresses  []customers.Address
	Contacts   []customers.Contact
	Twins      []customers.Twin
	Orders     []customers.Ordered
	Which      string
	Prev, Next string
	History    []customers.Happened
	PriceList  string // by name; empty: base prices
}

func (p pages) customer(r *edge.Request) (edge.Reply, error) {
	ctx, c := r.Context(), the(r)
	v := customerView{sight: p.sight(r), Which: r.Text("orders")}
	var err error
	if v.Customer, err = customers.ByID(ctx, p.Read, c); err != nil {
		return edge.Reply{}, err
	}
	zone := p.Company().Location().String()
	if v.Card, err = customers.Card(ctx, p.Read, c, zone); err != nil {
		return edge.Reply{}, err
	}
	if v.Addresses, err = customers.Addresses(ctx, p.Read, c); err != nil {
		return edge.Reply{}, err
	}
	if v.Contacts, err = customers.Contacts(ctx, p.Read, c); err != nil {
		return edge.Reply{}, err
	}
	if v.Twins, err = customers.Twins(ctx, p.Read, v.Customer); err != nil {
		return edge.Reply{}, err
	}
	if v.History, err = customers.History(ctx, p.Read, c, 50); err != nil {
		return edge.Reply{}, err
	}
	if err := p.orders(r, &v, zone); err != nil {
		return edge.Reply{}, err
	}
	if v.Customer.PriceList != 0 {
		list, err := catalog.ListByID(ctx, p.Read, v.Customer.PriceList)
		if err != nil {
			return edge.Reply{}, err
		}
		v.PriceList = list.Name
	}
	return edge.Page(wide(v.Customer.Name), customerPage(v)), nil
}

// orders reads one page of the customer's orders; the address holds the time
// and the id of the row it goes on from.
func (p pages) orders(r *edge.Request, v *customerView, zone string) error {
	q := customers.OrderQuery{Customer: v.Customer.ID, Which: v.Which, Zone: zone, Limit: 20}
	at, err := time.Parse(time.RFC3339Nano, r.Text("at"))
	if err == nil {
		q.After = customers.OrderCursor{At: at, ID: id.Order(number(r.Text("after")))}
		q.Before = customers.OrderCursor{At: at, ID: id.Order(number(r.Text("before")))}
	}
	var more bool
	if v.Orders, more, err = customers.Orders(r.Context(), p.Read, q); err != nil {
		return err
	}
	if n := len(v.Orders); n > 0 {
		back := q.Before.ID != 0
		if back && more || !back && q.After.ID != 0 {
			v.Prev = v.ordersAt("before", v.Orders[0])
		}
		if back || more {
			v.Next = v.ordersAt("after", v.Orders[n-1])
		}
	}
	return nil
}

func (v customerView) ordersAt(direction string, o customers.Ordered) string {
	q := url.Values{direction: {text(o.ID)}, "at": {o.PlacedAt.UTC().Format(time.RFC3339Nano)}}
	if v.Which != "" {
		q.Set("orders", v.Which)
	}
	return path(v.Customer.ID) + "?" + q.Encode()
}

func (v customerView) head() ui.PageHead {
	c := v.Customer
	h := ui.PageHead{Title: c.Name, Crumbs: []ui.Crumb{{Label: "Customers", Href: "/customers"}}, Sub: joined(" · ", c.Number, v.Say("customer.kind."+c.Kind), c.ExternalRef)}
	switch {
	case c.Erased():
		h.Badges = []ui.State{{Kind: ui.Neutral, Word: "erased"}}
	case v.Manage:
		h.Primary = &ui.Action{Label: "New order", Href: "/orders/new?customer_id=" + text(c.ID), Key: "n"}
		h.Quiet = []ui.Action{{Label: "Edit", Href: path(c.ID) + "/edit", Key: "e"}}
		h.More = []ui.Action{{Label: "Erase personal data", Href: path(c.ID) + "/erase", Kind: ui.Danger}}
	}
	return h
}

// stats are the figures of the card, each opening its orders.
func (v customerView) stats() []ui.Stat {
	at := func(which string) string { return path(v.Customer.ID) + "?orders=" + which + "#orders" }
	all := []ui.Stat{{Label: "Orders this year", Value: v.N(v.Card.Orders), Href: at(customers.OrdersYear), Definition: "Orders placed since 1 January, cancelled ones too."},
		{Label: "Open orders", Value: v.N(v.Card.Open), Href: at(customers.OrdersOpen), Definition: "Placed and neither closed nor cancelled."}}
	if v.Prices {
		all = append(all, ui.Stat{Label: "Twelve months", Value: v.sums(v.Card.Volume), Href: at(customers.Orders12), Definition: "The totals of orders placed in the last twelve months, without cancelled ones."},
			ui.Stat{Label: "In open orders", Value: v.sums(v.Card.OpenTotal), Href: at(customers.OrdersOpen), Definition: "The totals of the open orders."})
	}
	return all
}

func (v customerView) sums(all []money.Amount) string {
	if len(all) == 0 {
		return "–"
	}
	var out []string
	for _, a := range all {
		out = append(out, v.Words.Money(a))
	}
	return strings.Join(out, " + ")
}

func (v customerView) tabs() []ui.Tab {
	var tabs []ui.Tab
	for _, t := range []struct{ which, label string }{{customers.OrdersAll, "All"}, {customers.OrdersOpen, "Open"}, {customers.OrdersYear, "This year"}, {customers.Orders12, "Twelve months"}} {
		href := path(v.Customer.ID)
		if t.which != "" {
			href += "?orders=" + t.which
		}
		tabs = append(tabs, ui.Tab{Label: t.label, Href: href + "#orders", Current: v.Which == t.which})
	}
	return tabs
}

func (v customerView) orderTable() ui.Grid {
	g := ui.Grid{Caption: "Orders", Plain: true, Columns: []ui.Column{{Label: "Order"}, {Label: "Placed"}, {Label: "State", End: true}, {Label: "Pieces", Num: true, Hide: ui.OnMid}}}
	if v.Prices {
		g.Columns = append(g.Columns, ui.Column{Label: "Total", Num: true})
	}
	for _, o := range v.Orders {
		cells := []templ.Component{ui.Lead("/orders/"+text(o.ID), o.Number, v.Say("count.lines", "n", o.Lines)), ui.When(v.When(o.PlacedAt)),
			ui.StateCell(parts.BucketKind(o.Bucket), v.Say("badge."+o.Bucket), v.Words.Say(o.Sentence, o.Args)), ui.Text(v.N(o.Pieces))}
		if v.Prices {
			cells = append(cells, ui.Money(v.Words.Money(o.Total)))
		}
		g.Rows = append(g.Rows, ui.Row{Label: o.Number, Cells: cells})
	}
	return g
}

// terms are what the customer buys on.
func (v customerView) terms() []ui.Pair {
	c := v.Customer
	pay := "At once"
	if c.TermsDays > 0 {
		pay = v.Say("customer.pay_within", "n", c.TermsDays)
	}
	prices := v.PriceList
	if prices == "" {
		prices = "Base prices"
	}
	all := []ui.Pair{{Key: "Pays", Value: pay}, {Key: "Prices", Value: prices}}
	if c.CreditLimit != nil {
		all = append(all, ui.Pair{Key: "Credit limit", Value: v.Words.Money(*c.CreditLimit)})
	}
	if c.TaxExempt {
		all = append(all, ui.Pair{Key: "Tax", Value: "Free of tax"})
	}
	return all
}

func (v customerView) reach() []ui.Pair {
	c := v.Customer
	var all []ui.Pair
	if c.Email != "" {
		all = append(all, ui.Pair{Key: "E-mail", Value: c.Email, Copy: true})
	}
	if c.Phone != "" {
		all = append(all, ui.Pair{Key: "Phone", Value: c.Phone, Copy: true})
	}
	if c.TaxID != "" {
		all = append(all, ui.Pair{Key: "Tax number", Value: c.TaxID, Copy: true})
	}
	language := map[string]string{"en": "English", "de": "Deutsch"}[c.Language]
	all = append(all, ui.Pair{Key: "Language", Value: language}, ui.Pair{Key: "Since", Value: v.When(c.CreatedAt).Absolute})
	return all
}

// timeline is what happened to the customer, in sentences.
func (v customerView) timeline() []ui.Happening {
	var all []ui.Happening
	for _, h := range v.History {
		var fields []string
		for _, f := range h.Fields {
			fields = append(fields, v.Say("field."+f))
		}
		for _, c := range h.Changes {
			fields = append(fields, v.Say("field."+c.Field)+": "+or(v.value(c.Before), "–")+" → "+or(v.value(c.After), "–"))
		}
		all = append(all, ui.Happening{At: v.When(h.At), Who: h.By, Sentence: v.Say("event."+h.Kind, "number", v.Customer.Number, "reason", h.Reason), Detail: strings.Join(fields, ", "), Internal: true})
	}
	return all
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// twinText says why somebody may be the same customer.
func twinText(t customers.Twin) string {
	switch {
	case t.SameName && t.SamePhone:
		return "same name and phone"
	case t.SameName:
		return "same name"
	}
	return "same phone"
}
