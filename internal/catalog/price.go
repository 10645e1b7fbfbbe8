package catalog

import (
	"context"
	"fmt"
	"net/url"
	"strconv"

	"github.com/jackc/pgx/v5"

	"packhouse/internal/id"
	"packhouse/internal/money"
	"packhouse/internal/pg"
	"packhouse/internal/problem"
	"packhouse/internal/trade"
)

// PriceAsk asks what one piece of a variant costs when so many pieces are
// ordered.
type PriceAsk struct {
	SKU      id.SKU
	Quantity int64
}

// Price is what one piece costs, and the rule that said so.
type Price struct {
	Unit   money.UnitPrice
	Source string       // what an order line keeps; SourceWords reads it
	List   id.PriceList // the list it stands in
}

// priceFrom is the rule behind a price as a query finds it.
type priceFrom struct {
	list  id.PriceList
	code  string
	base  bool
	least int64
}

func (f priceFrom) price(unit money.UnitPrice) Price {
	return Price{Unit: unit, List: f.list, Source: f.source()}
}

// source names the rule: "price.list_from?from=10&list=WHOLESALE".
func (f priceFrom) source() string {
	code, args := "price.list", url.Values{}
	if f.base {
		code = "price.base"
	} else {
		args.Set("list", f.code)
	}
	if f.least > 1 {
		code += "_from"
		args.Set("from", strconv.FormatInt(f.least, 10))
	}
	if len(args) == 0 {
		return code
	}
	return code + "?" + args.Encode()
}

// SourceWords turns the source of a price into the code of its sentence and the
// sentence's values.
func SourceWords(source string) (string, problem.Args) {
	u, err := url.Parse(source)
	if err != nil {
		return source, nil
	}
	args := problem.Args{}
	for name, values := range u.Query() {
		if n, err := strconv.ParseInt(values[0], 10, 64); err == nil && name == "from" {
			args[name] = n
			continue
		}
		args[name] = values[0]
	}
	return u.Path, args
}

// The list asked for comes before the base list. At each quantity the price that
// began last is in force, so that a new one replaces the old; of the quantities
// reached the lowest price counts, so that nobody pays more for ordering more.
const pricesSQL = `
	select a.sku_id, a.quantity, q.price::text, q.id, q.code, q.base, q.min_quantity
	from unnest($1::bigint[], $2::bigint[]) as a (sku_id, quantity)
	cross join lateral (
	    select h.price, h.min_quantity, h.id, h.code, h.base from (
	        select distinct on (l.id, p.min_quantity) p.price, p.min_quantity, l.id, l.code, l.base
	        from catalog_prices p join catalog_price_lists l on l.id = p.price_list_id
	        where p.sku_id = a.sku_id and p.min_quantity <= a.quantity
	          and p.valid_from <= $6::date and (p.valid_to is null or p.valid_to > $6::date)
	          and l.currency = $4::text and l.includes_tax = $5 and (l.id = $3 or l.base)
	        order by l.id, p.min_quantity, p.valid_from desc
	    ) h
	    order by (h.id = $3) desc, h.price, h.min_quantity desc
	    limit 1
	) q`

// Prices answers many asks in one query: by the list (0: none) where it has a
// price, otherwise by the base list of the currency with or without tax. An ask
// without any price is absent from the answer. A list of another currency, or
// of the other way with tax, does not count.
func Prices(ctx context.Context, r pg.Reader, asks []PriceAsk, list id.PriceList, currency money.Currency, includesTax bool, day trade.Day) (map[PriceAsk]Price, error) {
	out := make(map[PriceAsk]Price, len(asks))
	if len(asks) == 0 || day.IsZero() {
		return out, nil
	}
	skus, quantities := make([]int64, len(asks)), make([]int64, len(asks))
	for i, a := range asks {
		skus[i], quantities[i] = int64(a.SKU), a.Quantity
	}
	rows, err := r.Query(ctx, pricesSQL, skus, quantities, int64(list), string(currency), includesTax, day)
	if err != nil {
		return nil, fmt.Errorf("read prices: %w", err)
	}
	var ask PriceAsk
	var unit money.UnitPrice
	var from priceFrom
	_, err = pgx.ForEachRow(rows, []any{&ask.SKU, &ask.Quantity, &unit, &from.list, &from.code, &from.base, &from.least}, func() error {
		out[ask] = from.price(unit)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read prices: %w", err)
	}
	return out, nil
}
