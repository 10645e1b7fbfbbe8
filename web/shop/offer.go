package shop

import (
	"context"

	"packhouse/internal/catalog"
	"packhouse/internal/channel"
	"packhouse/internal/id"
	"packhouse/internal/inventory"
	"packhouse/internal/money"
	"packhouse/internal/tax"
	"packhouse/internal/trade"
	"packhouse/web/ui"
)

// offer is what a line means: the article, its price, and whether it is there.
type offer struct {
	catalog.Priced
	Stock stock
}

// stock is how much there is, in words: a stranger never learns the number.
type stock string

const (
	plenty    stock = "shop.in_stock"
	few       stock = "shop.few_left"
	later     stock = "shop.backorder"
	soldOut   stock = "shop.sold_out"
	unstocked stock = "" // a service
)

// fewPieces and less are "only a few".
const fewPieces = 4

func (s stock) kind() ui.Kind {
	switch s {
	case plenty:
		return ui.Green
	case few, later:
		return ui.Amber
	}
	return ui.Neutral
}

// offered reports whether the shop sells it now.
func (o offer) offered() bool { return o.Found && o.ShopVisible && !o.Withdrawn && o.HasPrice }

// offers reads what lines mean, priced by the customer's list or the base
// list, with their stock.
func (p pages) offers(ctx context.Context, b base, lines []line) ([]offer, error) {
	asks := make([]catalog.Ask, len(lines))
	for i, l := range lines {
		n, err := trade.ParseQuantity(l.Quantity)
		if err != nil {
			n = 1
		}
		asks[i] = catalog.Ask{Code: l.Code, Quantity: int64(n)}
	}
	found, err := catalog.LinesPriced(ctx, p.Read, asks, b.Customer.PriceList, b.Channel.Currency, b.Channel.PricesIncludeTax, trade.DayOf(b.Now, b.Channel.Zone()))
	if err != nil {
		return nil, err
	}
	free, err := p.free(ctx, b.Channel, found)
	if err != nil {
		return nil, err
	}
	out := make([]offer, len(found))
	for i, it := range found {
		out[i] = offer{it, stockOf(it, free, b.Channel.Shortage)}
	}
	return out, nil
}

// free is how many pieces of each SKU, parts of kits too, could be promised.
func (p pages) free(ctx context.Context, ch channel.Channel, items []catalog.Priced) (map[id.SKU]int, error) {
	const all = 1 << 30
	seen := map[id.SKU]int{}
	var needs []inventory.Need
	want := func(sku id.SKU) {
		if _, twice := seen[sku]; !twice && sku != 0 {
			seen[sku] = all
			needs = append(needs, inventory.Need{SKU: sku, Quantity: all})
		}
	}
	for _, it := range items {
		if it.Kind == catalog.Goods {
			want(it.SKU)
		}
		for _, part := range it.Parts {
			if part.Kind == catalog.Goods {
				want(part.SKU)
			}
		}
	}
	if len(needs) == 0 {
		return seen, nil
	}
	terms := inventory.Terms{Locations: ch.LocationIDs(), Buffer: ch.Buffer}
	levels, err := inventory.LevelsFor(ctx, p.Read, needs, terms)
	if err != nil {
		return nil, err
	}
	for _, short := range inventory.Decide(needs, levels, terms).Shorts {
		seen[short.SKU] = short.Free
	}
	return seen, nil
}

func stockOf(it catalog.Priced, free map[id.SKU]int, shortage channel.Shortage) stock {
	n := free[it.SKU]
	switch it.Kind {
	case catalog.Service:
		return unstocked
	case catalog.Kit:
		n = 1 << 30
		for _, part := range it.Parts {
			if part.Kind == catalog.Goods && part.Quantity > 0 {
				n = min(n, free[part.SKU]/int(part.Quantity))
			}
		}
	}
	switch {
	case n > fewPieces:
		return plenty
	case n > 0:
		return few
	case shortage == channel.Backorder:
		return later
	}
	return soldOut
}

// totals is what the lines that can be understood come to; nil when the
// figures make no sense yet.
func (p pages) totals(ctx context.Context, b base, f orderForm, offers []offer) (*tax.Totals, error) {
	country := f.ShipTo.Country
	if !trade.KnownCountry(country) {
		country = b.Channel.Country
	}
	rates, err := tax.RatesFor(ctx, p.Read, country, b.Channel.Country, f.ShipTo.Region, b.Now.In(b.Channel.Zone()))
	if err != nil {
		return nil, err
	}
	rate := func(class string) money.Rate {
		if b.Customer.TaxExempt {
			return 0
		}
		return rates[class]
	}
	ask := tax.Order{Currency: b.Channel.Currency, IncludesTax: b.Channel.PricesIncludeTax}
	for i, o := range offers {
		n, err := trade.ParseQuantity(f.Lines[i].Quantity)
		if err != nil || !o.offered() {
			n, o.Price.Unit = 1, money.UnitPrice{}
		}
		ask.Lines = append(ask.Lines, tax.Line{Price: o.Price.Unit, Quantity: int64(n), Class: o.TaxClass, Rate: rate(o.TaxClass)})
	}
	if b.Channel.Shipping > 0 && f.Delivery != pickup && len(offers) > 0 {
		price, err := money.PriceOf(money.Of(b.Channel.Shipping, b.Channel.Currency))
		if err != nil {
			return nil, err
		}
		ask.Lines = append(ask.Lines, tax.Line{Price: price, Quantity: 1, Class: "standard", Rate: rate("standard")})
	}
	got, err := tax.Compute(ask)
	if err != nil {
		return nil, nil //nolint:nilerr // too large to add up: placing says so in words
	}
	return &got, nil
}
