package flow

import (
	"context"
	"fmt"
	"strings"

	"packhouse/internal/catalog"
	"packhouse/internal/channel"
	"packhouse/internal/customers"
	"packhouse/internal/id"
	"packhouse/internal/money"
	"packhouse/internal/problem"
	"packhouse/internal/sales"
	"packhouse/internal/tax"
	"packhouse/internal/trade"
	"packhouse/internal/txn"
)

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
