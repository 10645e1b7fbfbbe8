package flow

import (
	"context"
	"fmt"
	"strings"
	"time"

	"packhouse/internal/catalog"
	"packhouse/internal/channel"
	"packhouse/internal/customers"
	"packhouse/internal/id"
	"packhouse/internal/inventory"
	"packhouse/internal/link"
	"packhouse/internal/money"
	"packhouse/internal/notify"
	"packhouse/internal/problem"
	"packhouse/internal/sales"
	"packhouse/internal/tax"
	"packhouse/internal/trade"
	"packhouse/internal/txn"
)

// NewOrder is an order as somebody asks for it, at a form, at the staff's own
// entry or by an integration.
type NewOrder struct {
	Channel        id.Channel
	ExternalRef    string      // of the channel; one order each
	Customer       id.Customer // 0: found or made by e-mail and tax id
	Kind           string      // "person", "company"
	ContactName    string
	Email          string
	Phone          string
	TaxID          string
	Language       string
	ShipTo         trade.Address
	BillTo         trade.Address // zero: as ShipTo
	DeliveryMethod string        // "standard", "pickup"
	RequestedDay   *time.Time
	Wish           sales.Wish
	PONumber       string
	NoteCustomer   string
	NoteInternal   string
	Lines          []NewLine
	Discount       OrderDiscount
	Shipping       *int64 // minor units; nil: what the channel charges
	NoMail         bool
	NoTax          bool // an order of the past: its prices are all that was charged, whoever it goes to
	AtShop         bool // only what the shop shows may be ordered
}

// NewLine is one line as it was asked for.
type NewLine struct {
	Code         string // SKU or barcode
	Pieces       int64
	Price        *money.UnitPrice // per piece, set by a person or a channel; nil: by the price lists
	PriceSource  string           // with Price: who set it
	DiscountRate money.Rate
	Reason       string // of the discount
}

// OrderDiscount is off the whole order: an amount or a rate, with its reason.
type OrderDiscount struct {
	Minor  int64
	Rate   money.Rate
	Reason string
}

// Placement is what placing gave.
type Placement struct {
	Order     id.Order `json:"order"`
	Number    string   `json:"number"`
	Link      id.Link  `json:"link"`      // of the customer's status page
	Confirmed bool     `json:"confirmed"` // it confirmed itself, as its channel allows
	Total     int64    `json:"total"`     // minor units
}

// PlaceOrder takes an order: prices it, finds its customer, keeps its goods
// for a while where the channel says so, and writes to the customer. It waits
// for review unless its channel confirms valid orders by themselves.
func PlaceOrder(ctx context.Context, tx *txn.Tx, in NewOrder) (Placement, error) {
	ch, err := channel.Get(ctx, tx, in.Channel)
	if err != nil {
		return Placement{}, err
	}
	if !ch.Active {
		return Placement{}, problem.Refuse("refused.channel_closed", "channel", ch.Name)
	}
	head, err := in.head(ctx, tx, ch)
	if err != nil {
		return Placement{}, err
	}
	mail := reserveMail(tx, head.Email)
	lines, err := in.price(ctx, tx, ch, &head)
	if err != nil {
		return Placement{}, err
	}
	o, err := sales.New(head.Head, lines, tx.At())
	if err != nil {
		return Placement{}, err
	}
	sales.Insert(tx, o)
	tx.Record(txn.Event{Kind: "order.placed", Subject: txn.About("order", o.ID), Order: o.ID, Public: true,
		Data: map[string]any{"channel": ch.Name, "number": o.Number, "reference": o.ExternalRef, "total": money.Of(o.Total, o.Currency)}})
	done := Placement{Order: o.ID, Number: o.Number, Total: o.Total}
	sendMail(tx, ch, o, notify.OrderReceived, *mail, in.NoMail || !ch.NeedsReview)
	if err := done.open(ctx, tx, in.AtShop); err != nil {
		return Placement{}, err
	}
	second := new(id.Mail)
	if !ch.NeedsReview {
		second = reserveMail(tx, o.Email)
	}
	facts, _, err := factsOf(ctx, tx, o)
	if err != nil {
		return Placement{}, err
	}
	held, checks, err := softHold(ctx, tx, o, ch, &facts)
	if err != nil {
		return Placement{}, err
	}
	if _, failed := checks.Blocking(); !ch.NeedsReview && !failed {
		_, err := confirm(ctx, tx, o, ch, facts, held, *second, in.NoMail)
		done.Confirmed = true
		return done, err
	}
	sales.SaveProgress(tx, o, checks, sales.Counts{Reserved: pieces(held)})
	return done, nil
}

// open makes the link of the customer's status page. Only the shop shows it at
// once; elsewhere the mail carries it.
func (p *Placement) open(ctx context.Context, tx *txn.Tx, now bool) error {
	if !now {
		link.Lay(tx, link.Status, "order", int64(p.Order))
		return nil
	}
	l, err := link.Make(ctx, tx, link.Status, "order", int64(p.Order), 0)
	p.Link = l.ID
	return err
}

// softHold keeps what there is of the order's goods for a while, if the
// channel does so, and makes the checks.
func softHold(ctx context.Context, tx *txn.Tx, o *sales.Order, ch channel.Channel, facts *sales.Facts) ([]inventory.Allocation, sales.Checks, error) {
	needs, terms, until := needsOf(o, nil), termsOf(ch), ch.Until(tx.Now())
	if until.IsZero() || tx.Actor().Kind == txn.Import {
		levels, err := inventory.LevelsFor(ctx, tx, needs, terms)
		facts.Shorts = shortsOf(inventory.Decide(needs, levels, terms))
		return nil, o.Run(*facts), err
	}
	levels, err := inventory.Lock(ctx, tx, o.ID, needs, terms)
	if err != nil {
		return nil, nil, err
	}
	plan := inventory.Decide(needs, levels, terms)
	facts.Shorts = shortsOf(plan)
	checks := o.Run(*facts)
	if _, failed := checks.Blocking(); !ch.NeedsReview && !failed {
		until = time.Time{} // it is about to confirm itself
	}
	if err := inventory.Reserve(tx, o.ID, plan.Shares, levels, until); err != nil {
		return nil, nil, err
	}
	held := make([]inventory.Allocation, len(plan.Shares))
	for i, s := range plan.Shares {
		held[i] = inventory.Allocation{Line: s.Line, SKU: s.SKU, Location: s.Location, Quantity: s.Quantity, Expires: until}
	}
	return held, checks, nil
}

// priced is a head with what pricing must know of the customer.
type priced struct {
	sales.Head
	list   id.PriceList
	exempt bool
}

// head snapshots who ordered and on what terms.
func (in NewOrder) head(ctx context.Context, tx *txn.Tx, ch channel.Channel) (priced, error) {
	v := &problem.Invalid{}
	who := customers.Identity{Kind: in.Kind, Name: in.ContactName, Email: in.Email, Phone: in.Phone, TaxID: in.TaxID, Language: in.Language}
	if in.ShipTo.Company != "" {
		who.Name = in.ShipTo.Company
	}
	if in.ContactName == "" && in.Customer == 0 {
		v.Add("contact_name", "required")
	}
	if len(in.Lines) == 0 {
		v.Add("lines", "no_lines")
	}
	if err := v.Err(); err != nil {
		return priced{}, err
	}
	c, err := customers.Resolve(ctx, tx, in.Customer, who)
	if err != nil {
		return priced{}, err
	}
	if in.AtShop && in.Customer == 0 {
		// Anybody can type anybody's address: the order is found under that customer, but none of their terms, prices
		// or details may show up on it before they have signed in.
		c.Details = customers.Details{}
	}
	if tx.Actor().Kind == txn.Visitor {
		// Anybody can type anybody's address: a stranger gets neither the customer's data nor their prices and terms.
		c = customers.Customer{ID: c.ID}
	}
	if in.BillTo.IsZero() {
		in.BillTo = in.ShipTo
	}
	wish := in.Wish
	if wish == "" {
		wish = sales.AsReady
	}
	h := sales.Head{Channel: ch.ID, Entity: ch.Entity, Customer: c.ID, ExternalRef: in.ExternalRef, Currency: ch.Currency,
		PricesIncludeTax: ch.PricesIncludeTax, ContactName: or(in.ContactName, c.Name), Email: or(in.Email, c.Email), Phone: or(in.Phone, c.Phone),
		Language: or(in.Language, c.Language, "en"), ShipTo: in.ShipTo, BillTo: in.BillTo, TaxID: or(in.TaxID, c.TaxID), TermsDays: c.TermsDays,
		DeliveryMethod: or(in.DeliveryMethod, "standard"), RequestedDay: in.RequestedDay, Wish: wish, PONumber: in.PONumber,
		NoteCustomer: in.NoteCustomer, NoteInternal: in.NoteInternal, DiscountReason: in.Discount.Reason}
	return priced{h, c.PriceList, c.TaxExempt || in.NoTax}, nil
}

func or(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}

// price turns what was asked into lines with their money, all faults at once.
func (in NewOrder) price(ctx context.Context, tx *txn.Tx, ch channel.Channel, h *priced) ([]sales.Line, error) {
	asks := make([]catalog.Ask, len(in.Lines))
	for i, l := range in.Lines {
		asks[i] = catalog.Ask{Code: l.Code, Quantity: l.Pieces}
	}
	items, err := catalog.LinesPriced(ctx, tx, asks, h.list, ch.Currency, ch.PricesIncludeTax, trade.DayOf(tx.At(), ch.Zone()))
	if err != nil {
		return nil, err
	}
	v := &problem.Invalid{}
	var lines []sales.Line
	var kitOf []int // per line: the index of its kit, -1 for none
	for i, l := range in.Lines {
		path := fmt.Sprintf("lines[%d]", i)
		it := items[i]
		line, ok := in.line(v, path, l, it)
		if !ok {
			continue
		}
		kit := len(lines)
		lines, kitOf = append(lines, line), append(kitOf, -1)
		for _, part := range it.Parts {
			kitOf = append(kitOf, kit)
			lines = append(lines, sales.Line{Kind: sales.KitPart, SKU: part.SKU, Code: part.Code, Name: part.Title,
				TaxClass: line.TaxClass, Quantity: line.Quantity * int(part.Quantity), SoldUnit: "piece", UnitRatio: 1, PriceSource: "price.in_kit"})
		}
	}
	charge := ch.Shipping
	if in.Shipping != nil {
		charge = *in.Shipping
	}
	if charge > 0 && h.DeliveryMethod != "pickup" && len(lines) > 0 {
		p, err := money.PriceOf(money.Of(charge, ch.Currency))
		if err != nil {
			return nil, err
		}
		lines = append(lines, sales.Line{Kind: sales.Shipping, Name: "Delivery", TaxClass: "standard", Quantity: 1,
			SoldUnit: "piece", UnitRatio: 1, UnitPrice: p, PriceSource: "price.delivery"})
		kitOf = append(kitOf, -1)
	}
	if err := v.Err(); err != nil {
		return nil, err
	}
	var ids []id.Line
	sales.ReserveIDs(tx, &h.Head, len(lines), &ids) // travels with the read of the tax rates
	if err := in.total(ctx, tx, ch, h, lines); err != nil {
		return nil, err
	}
	for i := range lines {
		lines[i].ID, lines[i].Position = ids[i], i+1
		if kitOf[i] >= 0 {
			lines[i].Parent = ids[kitOf[i]]
		}
	}
	return lines, nil
}

// line is one asked line, or what is wrong with it.
func (in NewOrder) line(v *problem.Invalid, path string, l NewLine, it catalog.Priced) (sales.Line, bool) {
	before := len(v.Fields)
	switch {
	case strings.TrimSpace(l.Code) == "":
		v.Add(path+".code", "required")
	case !it.Found || in.AtShop && !it.ShopVisible:
		v.Add(path+".code", "unknown_sku", "code", l.Code)
	case in.AtShop && it.Withdrawn:
		v.Add(path+".code", "withdrawn_sku", "code", it.Code)
	case !it.HasPrice && l.Price == nil:
		v.Add(path+".code", "no_price", "code", it.Code)
	}
	switch {
	case l.Pieces < 1:
		v.Add(path+".quantity", "too_small", "min", 1)
	case l.Pieces > 1_000_000:
		v.Add(path+".quantity", "too_large", "max", 1_000_000)
	}
	if l.DiscountRate < 0 || l.DiscountRate > money.Whole {
		v.Add(path+".discount", "too_large", "max", 100)
	}
	if l.DiscountRate > 0 && l.Reason == "" {
		v.Add(path+".reason", "required")
	}
	if len(v.Fields) > before {
		return sales.Line{}, false
	}
	price, source := it.Price.Unit, it.Price.Source
	if l.Price != nil {
		price, source = *l.Price, or(l.PriceSource, "price.by_hand")
	}
	return sales.Line{Kind: lineKind(it.Kind), SKU: it.SKU, Code: it.Code, Name: it.Title, TaxClass: it.TaxClass, Quantity: int(l.Pieces), SoldUnit: it.SoldUnit,
		UnitRatio: int(it.UnitRatio), UnitPrice: price, PriceSource: source, DiscountRate: l.DiscountRate, Reason: l.Reason}, true
}

func lineKind(k catalog.Kind) sales.LineKind {
	switch k {
	case catalog.Service:
		return sales.Service
	case catalog.Kit:
		return sales.Kit
	}
	return sales.Goods
}

// total computes the money of the lines and of the order (EN 16931: a line is
// rounded once, tax on the sum of a rate).
func (in NewOrder) total(ctx context.Context, tx *txn.Tx, ch channel.Channel, h *priced, lines []sales.Line) error {
	rates, err := tax.RatesFor(ctx, tx, or(h.ShipTo.Country, ch.Country), ch.Country, h.ShipTo.Region, tx.At())
	if err != nil {
		return err
	}
	asked := tax.Order{Currency: ch.Currency, IncludesTax: ch.PricesIncludeTax, DiscountMinor: in.Discount.Minor, DiscountRate: in.Discount.Rate}
	for i := range lines {
		l := &lines[i]
		l.IncludesTax = ch.PricesIncludeTax
		if !h.exempt {
			l.TaxRate = rates[l.TaxClass]
		}
		asked.Lines = append(asked.Lines, tax.Line{Price: l.UnitPrice, Quantity: int64(l.Quantity), Class: l.TaxClass, Rate: l.TaxRate, DiscountRate: l.DiscountRate,
			NoOrderDiscount: l.Kind == sales.Shipping})
	}
	got, err := tax.Compute(asked)
	if err != nil {
		return err
	}
	for i, g := range got.Lines {
		l := &lines[i]
		l.Discount, l.OrderDiscount, l.Net, l.Tax, l.Total = g.Discount, g.OrderDiscount, g.Net, g.Tax, g.Gross
		h.Discount += g.Discount + g.OrderDiscount
		if l.Kind == sales.Shipping {
			h.Shipping += g.Before
		} else {
			h.Goods += g.Before
		}
	}
	h.Net, h.Tax, h.Total = got.Net, got.Tax, got.Gross
	return nil
}
