package orders

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strconv"

	"packhouse/internal/access"
	"packhouse/internal/catalog"
	"packhouse/internal/channel"
	"packhouse/internal/customers"
	"packhouse/internal/flow"
	"packhouse/internal/id"
	"packhouse/internal/money"
	"packhouse/internal/problem"
	"packhouse/internal/sales"
	"packhouse/internal/tax"
	"packhouse/internal/trade"
	"packhouse/internal/txn"
	"packhouse/web/edge"
	"packhouse/web/parts"
	"packhouse/web/ui"
)

// entryView is the entry form with what was typed and what it would cost.
type entryView struct {
	parts.Look
	Form     entryForm
	Channels []channel.Channel
	Channel  channel.Channel
	Drafts   []sales.Unfinished
	Items    []catalog.Priced // by row of the form
	Totals   *tax.Totals
	Problems ui.Problems
	Refused  string
	Key      string
	Discount bool // the person may give one
}

func (p pages) entry(r *edge.Request) (edge.Reply, error) {
	form := entryForm{Draft: string(id.NewKey()), Lines: make([]entryLine, 3)}
	if key, ok := id.ParseKey(r.Text("draft")); ok {
		values, err := sales.DraftForm(r.Context(), p.Read, p.user(r), key)
		if err != nil {
			return edge.Reply{}, err
		}
		form = readEntry(values)
		form.Draft = string(key)
	}
	if c := r.Text("customer"); c != "" && form.CustomerID == "" {
		form.CustomerID = c
	}
	form, err := p.known(r.Context(), form, false)
	if err != nil {
		return edge.Reply{}, err
	}
	v, err := p.entryView(r, form)
	if err != nil {
		return edge.Reply{}, err
	}
	return edge.Page(v.frame(), entryPage(v)), nil
}

// known fills in what is known of the chosen customer: what was typed stays,
// unless the person asked to take the customer's own (over).
func (p pages) known(ctx context.Context, f entryForm, over bool) (entryForm, error) {
	n, err := strconv.ParseInt(f.CustomerID, 10, 64)
	if err != nil || n < 1 || f.Customer == "" && !over && f.ContactName != "" {
		return f, nil
	}
	c, err := customers.ByID(ctx, p.Read, id.Customer(n))
	if err != nil {
		return f, err
	}
	f.Customer = or(f.Customer, c.Name)
	take := func(field *string, value string) {
		if *field == "" || over && value != "" {
			*field = value
		}
	}
	take(&f.ContactName, c.Name)
	take(&f.Email, c.Email)
	take(&f.Phone, c.Phone)
	take(&f.TaxID, c.TaxID)
	typed := f.ShipTo
	typed.Country = ""
	if !typed.IsZero() && !over {
		return f, nil
	}
	all, err := customers.Addresses(ctx, p.Read, c.ID)
	for _, a := range all {
		if a.Shipping {
			f.ShipTo = a.Address
			break
		}
	}
	return f, err
}

func (v entryView) frame() ui.Frame { return ui.Frame{Title: v.Say("new_order"), Section: "/orders"} }

func (p pages) entryView(r *edge.Request, f entryForm) (entryView, error) {
	v := entryView{Look: p.look(r), Form: f, Key: r.Key(), Discount: r.Can(access.OrderDiscount)}
	all, err := channel.All(r.Context(), p.Read)
	if err != nil {
		return v, err
	}
	for _, c := range all {
		if c.Active && c.Kind != "import" {
			v.Channels = append(v.Channels, c)
		}
	}
	if len(v.Channels) == 0 {
		return v, problem.Refuse("refused.no_channel")
	}
	v.Channel = v.Channels[0]
	for _, c := range v.Channels {
		if c.Kind == "staff" && f.Channel == "" || c.Code == f.Channel {
			v.Channel = c
			break
		}
	}
	if v.Form.ShipTo.Country == "" {
		v.Form.ShipTo.Country = v.Channel.Country
	}
	if v.Drafts, err = sales.Drafts(r.Context(), p.Read, p.user(r)); err != nil {
		return v, err
	}
	return v, p.priceEntry(r.Context(), &v)
}

// priceEntry finds what each row means and what the order would cost, as far
// as it can be told.
func (p pages) priceEntry(ctx context.Context, v *entryView) error {
	var list id.PriceList
	exempt := false
	if n, err := strconv.ParseInt(v.Form.CustomerID, 10, 64); err == nil && n > 0 {
		c, err := customers.ByID(ctx, p.Read, id.Customer(n))
		if err != nil {
			return err
		}
		list, exempt = c.PriceList, c.TaxExempt
	}
	asks := make([]catalog.Ask, len(v.Form.Lines))
	for i, l := range v.Form.Lines {
		n, err := trade.ParseQuantity(or(l.Quantity, "1"))
		if err != nil {
			n = 1
		}
		asks[i] = catalog.Ask{Code: l.SKU, Quantity: int64(n)}
	}
	var err error
	if v.Items, err = catalog.LinesPriced(ctx, p.Read, asks, list, v.Channel.Currency, v.Channel.PricesIncludeTax, trade.DayOf(v.Now, v.Channel.Zone())); err != nil {
		return err
	}
	country := v.Form.ShipTo.Country
	if !trade.KnownCountry(country) {
		country = v.Channel.Country
	}
	rates, err := tax.RatesFor(ctx, p.Read, country, v.Channel.Country, v.Form.ShipTo.Region, v.Now.In(v.Channel.Zone()))
	if err != nil {
		return err
	}
	v.Totals = v.totalUp(rates, exempt)
	return nil
}

// totalUp computes the totals of the rows that can be understood; nil when the
// figures make no sense yet.
func (v entryView) totalUp(rates map[string]money.Rate, exempt bool) *tax.Totals {
	quiet := &problem.Invalid{}
	d := v.Form.discount(quiet, v.Channel, true)
	ask := tax.Order{Currency: v.Channel.Currency, IncludesTax: v.Channel.PricesIncludeTax, DiscountMinor: max(0, d.Minor), DiscountRate: d.Rate}
	rate := func(class string) money.Rate {
		if exempt {
			return 0
		}
		return rates[class]
	}
	for i, l := range v.Form.Lines {
		it := v.Items[i]
		if !it.Found {
			ask.Lines = append(ask.Lines, tax.Line{Quantity: 1})
			continue
		}
		n := l.read(&problem.Invalid{}, "x", v.Channel, true, "x")
		price := it.Price.Unit
		if n.Price != nil {
			price = *n.Price
		}
		ask.Lines = append(ask.Lines, tax.Line{Price: price, Quantity: max(1, n.Pieces), Class: it.TaxClass, Rate: rate(it.TaxClass), DiscountRate: n.DiscountRate})
	}
	ship := v.Channel.Shipping
	if v.Form.Shipping != "" {
		ship = max(0, money.Read(quiet, "shipping", v.Form.Shipping, v.Channel.Currency).Minor)
	}
	if ship > 0 && v.Form.Delivery != "pickup" {
		if p, err := money.PriceOf(money.Of(ship, v.Channel.Currency)); err == nil {
			ask.Lines = append(ask.Lines, tax.Line{Price: p, Quantity: 1, Class: "standard", Rate: rate("standard"), NoOrderDiscount: true})
		}
	}
	got, err := tax.Compute(ask)
	if err != nil {
		return nil
	}
	return &got
}

func (p pages) totals(r *edge.Request) (edge.Reply, error) {
	v, err := p.entryView(r, readEntry(r.Values()))
	if err != nil {
		return edge.Reply{}, err
	}
	return edge.Fragment(entryTotals(v)), nil
}

func (p pages) place(r *edge.Request) (edge.Reply, error) {
	f := readEntry(r.Values())
	if r.Text("add-line") != "" || r.Text("remove-line") != "" || r.Has("use-customer") {
		return p.redrawEntry(r, f)
	}
	invalid := r.Invalid()
	f, err := p.known(r.Context(), f.withPasted(invalid), false)
	if err != nil {
		return edge.Reply{}, err
	}
	ch, err := p.channel(r.Context(), f.Channel)
	if err != nil {
		return edge.Reply{}, err
	}
	in, rows := f.Input(invalid, ch, r.Can(access.OrderDiscount))
	if err := invalid.Err(); err != nil {
		return p.failEntry(r, f, invalid, rows)
	}
	out, err := edge.Do(r, func(ctx context.Context, tx *txn.Tx) (flow.Placement, error) {
		if key, ok := id.ParseKey(f.Draft); ok {
			sales.DropDraft(tx, p.user(r), key)
		}
		return flow.PlaceOrder(ctx, tx, in)
	})
	if err != nil {
		return p.failEntry(r, f, err, rows)
	}
	switch {
	case out.Repeated:
		return edge.SeeOther(path(out.Value.Order), edge.Note("placed_before", "number", out.Value.Number)), nil
	case out.Value.Confirmed:
		return edge.SeeOther(path(out.Value.Order), edge.Done("placed_and_confirmed", "number", out.Value.Number)), nil
	}
	return edge.SeeOther(path(out.Value.Order), edge.Done("placed_now", "number", out.Value.Number)), nil
}

// checkRows marks what the catalogue does not know together with everything
// else, so that all mistakes show at once.
func (v entryView) checkRows(invalid *problem.Invalid, rows []int) {
	for _, i := range rows {
		at := fmt.Sprintf("lines[%d].", i)
		switch it := v.Items[i]; {
		case invalid.Has(at + "sku"):
		case !it.Found:
			invalid.Add(at+"sku", "unknown_sku", "code", v.Form.Lines[i].SKU)
		case !it.HasPrice && v.Form.Lines[i].Price == "":
			invalid.Add(at+"price", "no_price", "code", it.Code)
		}
	}
}

// redrawEntry answers the buttons that only change the form.
func (p pages) redrawEntry(r *edge.Request, f entryForm) (edge.Reply, error) {
	invalid := &problem.Invalid{}
	f, err := p.known(r.Context(), f.withPasted(invalid), r.Has("use-customer"))
	if err != nil {
		return edge.Reply{}, err
	}
	if r.Text("add-line") == "1" {
		f.Lines = append(f.Lines, entryLine{})
	}
	v, err := p.entryView(r, f)
	if err != nil {
		return edge.Reply{}, err
	}
	if len(invalid.Fields) > 0 {
		return v.redraw(r, invalid)
	}
	return edge.Page(v.frame(), entryPage(v)), nil
}

// failEntry redraws the form. Problems of the flow name the lines as it counted
// them; rows turns that back into the rows of the form. Where the form itself
// was wrong the flow was not asked, so what the catalogue does not know is
// added: all mistakes show at once.
func (p pages) failEntry(r *edge.Request, f entryForm, cause error, rows []int) (edge.Reply, error) {
	if !problem.IsPersons(cause) {
		return edge.Reply{}, cause
	}
	v, err := p.entryView(r, f)
	if err != nil {
		return edge.Reply{}, err
	}
	if wrong, typed := errors.AsType[*problem.Invalid](cause); typed {
		for i, field := range wrong.Fields {
			wrong.Fields[i].Path = ofForm(field.Path, rows)
		}
		v.checkRows(wrong, rows)
	}
	return v.redraw(r, cause)
}

func (v entryView) redraw(r *edge.Request, cause error) (edge.Reply, error) {
	if v.Problems = r.Problems(cause); len(v.Problems) == 0 {
		v.Problems = ui.Problems{{Text: r.Sentence(cause)}}
	}
	return edge.Redraw(cause, v.frame(), entryPage(v)), nil
}

// ofForm names a line's field as the form does.
func ofForm(path string, rows []int) string {
	var n int
	var field string
	if _, err := fmt.Sscanf(path, "lines[%d].%s", &n, &field); err != nil || field != "code" {
		return path
	}
	if n < len(rows) {
		n = rows[n]
	}
	return fmt.Sprintf("lines[%d].sku", n)
}

// channel is the one the form names, else the staff's own.
func (p pages) channel(ctx context.Context, code string) (channel.Channel, error) {
	if code == "" {
		return channel.OfStaff(ctx, p.Read)
	}
	ch, err := channel.ByCode(ctx, p.Read, code)
	if err == nil && !ch.Active {
		err = problem.Refuse("refused.channel_closed", "channel", ch.Name)
	}
	return ch, err
}

func (p pages) saveDraft(r *edge.Request) (edge.Reply, error) {
	f := readEntry(r.Values())
	key, ok := id.ParseKey(f.Draft)
	if !ok {
		return edge.Reply{}, problem.At("draft", "required")
	}
	values := url.Values{}
	for name, v := range r.Values() {
		if name != "command" && name != "version" {
			values[name] = v
		}
	}
	n := 0
	for _, l := range f.Lines {
		if !l.blank() {
			n++
		}
	}
	summary := or(f.Customer, f.ContactName, f.ShipTo.Company, f.ShipTo.Name, f.Email)
	if _, err := edge.Run(r, func(ctx context.Context, tx *txn.Tx) error {
		sales.SaveDraft(tx, p.user(r), key, values, fmt.Sprintf("%s|%d", summary, n))
		return nil
	}); err != nil {
		return edge.Reply{}, err
	}
	look := p.look(r)
	return edge.Saved(look.Say("draft_saved", "at", look.Words.Time(look.Now))), nil
}

func (p pages) deleteDraft(r *edge.Request) (edge.Reply, error) {
	key, ok := id.ParseKey(r.Param("draft"))
	if !ok {
		return edge.Reply{}, problem.Missing("draft")
	}
	if _, err := edge.Run(r, func(ctx context.Context, tx *txn.Tx) error {
		sales.DropDraft(tx, p.user(r), key)
		tx.Quiet("a draft was given up")
		return nil
	}); err != nil {
		return edge.Reply{}, err
	}
	return edge.SeeOther("/orders/new", edge.Done("draft_dropped")), nil
}
