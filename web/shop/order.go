package shop

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"packhouse/internal/channel"
	"packhouse/internal/customers"
	"packhouse/internal/flow"
	"packhouse/internal/id"
	"packhouse/internal/inventory"
	"packhouse/internal/link"
	"packhouse/internal/problem"
	"packhouse/internal/tax"
	"packhouse/internal/trade"
	"packhouse/internal/txn"
	"packhouse/web/edge"
	"packhouse/web/ui"
)

// orderView is the order page: what is in the basket, who it is for, and what
// it comes to.
type orderView struct {
	base
	Form     orderForm
	Offers   []offer
	Totals   *tax.Totals
	Key      string
	Problems ui.Problems
}

// order draws the page for a basket.
func (p pages) order(r *edge.Request) (edge.Reply, error) {
	b, shut, err := p.openShop(r)
	if err != nil {
		return edge.Reply{}, err
	}
	if shut {
		return edge.Page(b.frame(b.Say("shop.title")), closedPage(b)), nil
	}
	f := readOrder(nil)
	f.Lines = readBasket(r.Values())
	if err := p.prefill(r.Context(), b, &f); err != nil {
		return edge.Reply{}, err
	}
	v, err := p.orderView(r, b, f)
	if err != nil {
		return edge.Reply{}, err
	}
	return edge.Page(v.frame(v.Say("shop.your_order")), orderPage(v)), nil
}

// prefill begins with what is known of a customer who has signed in, and for a
// stranger with the company's country.
func (p pages) prefill(ctx context.Context, b base, f *orderForm) error {
	f.ShipTo.Country = b.Company.Country
	if !b.signedIn() {
		return nil
	}
	c := b.Customer
	f.Email, f.TaxID, f.ShipTo.Phone = c.Email, c.TaxID, c.Phone
	if c.Kind == customers.Company {
		f.ShipTo.Company = c.Name
	} else {
		f.ShipTo.Name = c.Name
	}
	all, err := customers.Addresses(ctx, p.Read, c.ID)
	if err != nil {
		return err
	}
	for _, a := range all {
		if a.Shipping {
			f.ShipTo = a.Address
			return nil
		}
	}
	return nil
}

func (p pages) orderView(r *edge.Request, b base, f orderForm) (orderView, error) {
	v := orderView{base: b, Form: f, Key: r.Key()}
	var err error
	if v.Offers, err = p.offers(r.Context(), b, f.Lines); err != nil {
		return v, err
	}
	v.Totals, err = p.totals(r.Context(), b, f, v.Offers)
	return v, err
}

// check draws the page again for the buttons that only change it: another
// country, other quantities, a line less.
func (p pages) check(r *edge.Request) (edge.Reply, error) {
	b, shut, err := p.openShop(r)
	if err != nil {
		return edge.Reply{}, err
	}
	if shut {
		return edge.Page(b.frame(b.Say("shop.title")), closedPage(b)), nil
	}
	f := readOrder(r.Values())
	v, err := p.orderView(r, b, f)
	if err != nil {
		return edge.Reply{}, err
	}
	invalid := r.Invalid()
	for i, l := range f.Lines {
		l.Seen = ""
		l.pieces(invalid, fmt.Sprintf("lines[%d].quantity", i), b, v.Offers[i])
	}
	if err := invalid.Err(); err != nil {
		return v.fail(r, err)
	}
	return edge.Page(v.frame(v.Say("shop.your_order")), orderPage(v)), nil
}

// place places the order. It waits for review, unless its channel confirms
// valid orders by themselves.
func (p pages) place(r *edge.Request) (edge.Reply, error) {
	b, shut, err := p.openShop(r)
	if err != nil {
		return edge.Reply{}, err
	}
	f := readOrder(r.Values())
	v, err := p.orderView(r, b, f)
	if err != nil {
		return edge.Reply{}, err
	}
	invalid := r.Invalid()
	in := f.Input(invalid, b, v.Offers)
	switch {
	case shut:
		return v.fail(r, problem.Refuse("refused.shop_closed"))
	case f.Trap != "":
		return v.fail(r, problem.Refuse("refused.not_a_person"))
	case invalid.Err() != nil:
		return v.fail(r, invalid)
	}
	if err := r.LimitAddress("shop-order", b.Company.ShopPerTen, 10*time.Minute); err != nil {
		return v.fail(r, err)
	}
	out, err := edge.Do(r, func(ctx context.Context, tx *txn.Tx) (flow.Placement, error) { return flow.PlaceOrder(ctx, tx, in) })
	if err != nil {
		return v.fail(r, err)
	}
	return p.placed(r, b, out)
}

// placed leads to the order's own page.
func (p pages) placed(r *edge.Request, b base, out txn.Outcome[flow.Placement]) (edge.Reply, error) {
	said := edge.Done("shop.placed", "number", out.Value.Number)
	if out.Repeated {
		said = edge.Note("shop.placed_before", "number", out.Value.Number)
	}
	l, err := link.Get(r.Context(), p.Read, out.Value.Link)
	if edge.Status(err) == http.StatusNotFound { // the order was made long ago and its page was closed since
		return edge.SeeOther("/shop", said), nil
	}
	if err != nil {
		return edge.Reply{}, err
	}
	path := "/o/" + p.Keys.Secret(l)
	if b.Lang != "" {
		path += "?lang=" + b.Lang
	}
	return edge.SeeOther(path, said), nil
}

// fail draws the form again with what was typed and everything that is wrong.
func (v orderView) fail(r *edge.Request, err error) (edge.Reply, error) {
	if _, sent := errors.AsType[*problem.Conflict](err); sent {
		// The first order stands. Pressing once more is a second order, and that must be meant.
		v.Key = string(id.NewKey())
		err = &problem.Conflict{Code: "shop.sent_with_other_values"}
	}
	v.Problems = r.Problems(err)
	for i := range v.Problems {
		v.Problems[i].Field = shown(v.Problems[i].Field)
	}
	return edge.Redraw(err, v.frame(v.Say("shop.your_order")), orderPage(v)), nil
}

// shown is the field of the page that a problem is seen at: some rooms name
// what they check by other names.
func shown(field string) string {
	switch field {
	case "contact_name", "name":
		return "ship_to.name"
	case "phone":
		return "ship_to.phone"
	case "lines":
		return ""
	}
	if before, ok := strings.CutSuffix(field, ".code"); ok {
		return before + ".quantity"
	}
	return field
}

// stores are the places of the channel where an order can be collected.
func (b base) stores() []channel.Place {
	var out []channel.Place
	for _, pl := range b.Channel.Locations {
		if pl.Kind == string(inventory.Store) {
			out = append(out, pl)
		}
	}
	return out
}

func (v orderView) lines() ui.Grid {
	g := ui.Grid{Caption: v.Say("shop.basket"), Columns: []ui.Column{{Label: v.Say("shop.product")}, {Label: v.Say("field.quantity")},
		{Label: v.Say("shop.price_each"), Num: true}, {Label: v.Say("shop.sum"), Num: true, End: true}}}
	for i, o := range v.Offers {
		l := v.Form.Lines[i]
		title, each, sum := l.Code, "", ""
		if o.Found && o.ShopVisible {
			title = o.Title
		}
		if o.offered() {
			each = o.Price.Unit.Format(v.Words.Lang(), v.Channel.Currency)
			if n, err := trade.ParseQuantity(l.Quantity); err == nil {
				if a, err := o.Price.Unit.Times(int64(n), v.Channel.Currency); err == nil {
					sum = v.Words.Money(a)
				}
			}
		}
		g.Rows = append(g.Rows, ui.Row{Cells: cells(v.product(i, title), lineQuantity(v, i), ui.Money(each), ui.Money(sum))})
	}
	return g
}

// price is what a line's price was when it was shown.
func (v orderView) price(i int) string {
	if o := v.Offers[i]; o.offered() {
		return o.Price.Unit.String()
	}
	return ""
}

func (v orderView) sums() []ui.Pair {
	t := v.Totals
	if t == nil || len(v.Form.Lines) == 0 {
		return nil
	}
	money := func(minor int64) string { return v.Money(minor, v.Channel.Currency) }
	var goods, delivery int64
	for i, l := range t.Lines {
		if i < len(v.Offers) {
			goods += l.Before
		} else {
			delivery += l.Before
		}
	}
	out := []ui.Pair{{Key: v.Say("shop.goods"), Value: money(goods), Num: true}}
	if v.Form.Delivery == pickup {
		out = append(out, ui.Pair{Key: v.Say("shop.delivery"), Value: v.Say("shop.delivery_pickup_free"), Num: true})
	} else {
		out = append(out, ui.Pair{Key: v.Say("shop.delivery"), Value: money(delivery), Num: true})
	}
	if v.Channel.PricesIncludeTax {
		return append(out, ui.Pair{Key: v.Say("shop.total"), Value: money(t.Gross), Num: true, Total: true},
			ui.Pair{Key: v.Say("shop.tax_included"), Value: money(t.Tax), Num: true, Muted: true})
	}
	return append(out, ui.Pair{Key: v.Say("shop.tax"), Value: money(t.Tax), Num: true}, ui.Pair{Key: v.Say("shop.total"), Value: money(t.Gross), Num: true, Total: true})
}

// back is the products with this basket, for whoever has typed nothing yet.
func (v orderView) back() string { return v.address("/shop", basketQuery(v.Form.Lines)) }
