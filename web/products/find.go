package products

import (
	"packhouse/internal/catalog"
	"packhouse/internal/channel"
	"packhouse/internal/customers"
	"packhouse/internal/id"
	"packhouse/internal/money"
	"packhouse/internal/trade"
	"packhouse/web/edge"
	"packhouse/web/ui"
)

const suggestions = 10

// find answers a box while somebody types: the options alone. It takes q, and
// for the price: list, currency and tax ("yes"); without them the first base
// list counts.
func (p pages) find(r *edge.Request) (edge.Reply, error) {
	ctx, s := r.Context(), p.sight(r)
	found, err := catalog.Find(ctx, p.Read, r.Text("q"), suggestions)
	if err != nil {
		return edge.Reply{}, err
	}
	skus, asks := make([]id.SKU, len(found)), make([]catalog.PriceAsk, len(found))
	for i, f := range found {
		skus[i], asks[i] = f.SKU, catalog.PriceAsk{SKU: f.SKU, Quantity: max(f.MinQuantity, 1)}
	}
	pieces, err := free(ctx, p.Read, skus, nil)
	if err != nil {
		return edge.Reply{}, err
	}
	var prices map[catalog.PriceAsk]catalog.Price
	var currency money.Currency
	if s.Prices && len(found) > 0 {
		if prices, currency, err = p.pricesFor(r, asks); err != nil {
			return edge.Reply{}, err
		}
	}
	options := make([]ui.Suggestion, len(found))
	for i, f := range found {
		o := ui.Suggestion{Value: f.Code, ID: idText(int64(f.SKU)), Label: f.Title, Detail: f.Code, Note: s.freeWords(f.Kind, f.Withdrawn, pieces[f.SKU]), Fill: map[string]string{"name": f.Title}}
		o.Fill["note"] = o.Note
		if price, ok := prices[asks[i]]; ok {
			// The price is told and not filled in: what stands in a line's price field was set by hand.
			o.Detail += " · " + price.Unit.Format(s.Words.Lang(), currency)
			o.Fill["note"] = price.Unit.Format(s.Words.Lang(), currency) + " · " + o.Note
		}
		options[i] = o
	}
	return edge.Fragment(ui.ListOptions(s.Say("product.nothing_found"), options...)), nil
}

func (p pages) pricesFor(r *edge.Request, asks []catalog.PriceAsk) (map[catalog.PriceAsk]catalog.Price, money.Currency, error) {
	list, currency, tax := number(r.Text("list")), money.Currency(r.Text("currency")), r.Text("tax") == "yes"
	if code := r.Text("channel"); code != "" {
		ch, err := channel.ByCode(r.Context(), p.Read, code)
		if err != nil {
			return nil, "", err
		}
		currency, tax = ch.Currency, ch.PricesIncludeTax
	}
	if n := number(r.Text("customer_id")); n > 0 {
		c, err := customers.ByID(r.Context(), p.Read, id.Customer(n))
		if err != nil {
			return nil, "", err
		}
		list = int64(c.PriceList)
	}
	if !currency.Valid() {
		base, err := catalog.BaseLists(r.Context(), p.Read)
		if err != nil || len(base) == 0 {
			return nil, "", err
		}
		currency, tax = base[0].Currency, base[0].IncludesTax
	}
	prices, err := catalog.Prices(r.Context(), p.Read, asks, id.PriceList(list), currency, tax, p.today())
	return prices, currency, err
}

// today is the company's day.
func (p pages) today() trade.Day { return trade.DayOf(p.Clock(), p.Company().Location()) }
