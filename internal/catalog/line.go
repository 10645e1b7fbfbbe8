package catalog

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"packhouse/internal/id"
	"packhouse/internal/money"
	"packhouse/internal/pg"
	"packhouse/internal/trade"
)

// Item is all an order line keeps of a variant when it is ordered. Quantities
// are in pieces.
type Item struct {
	SKU         id.SKU
	Product     id.Product
	Code        string // as it is written here, whatever was typed or scanned
	Title       string
	Kind        Kind
	TaxClass    string // code of the tax class
	SoldUnit    string
	UnitRatio   int64 // pieces in one sold unit
	PackSize    int64
	MinQuantity int64
	WeightG     int64 // grams of one piece; 0: not known
	Withdrawn   bool
	ShopVisible bool
	Parts       []Part // of a kit: the goods in one piece of it, kits within it taken apart
}

// Part is one part of a kit.
type Part struct {
	SKU       id.SKU     `json:"sku"`
	Product   id.Product `json:"product"`
	Code      string     `json:"code"`
	Title     string     `json:"title"`
	Kind      Kind       `json:"kind"`
	TaxClass  string     `json:"tax_class"`
	Quantity  int64      `json:"quantity"` // pieces in one piece of the kit
	WeightG   int64      `json:"weight_g"`
	Withdrawn bool       `json:"withdrawn"`
}

// Ask is one line as somebody typed, pasted or scanned it.
type Ask struct {
	Code     string // SKU code in any case, or a barcode
	Quantity int64
	Sold     bool // Quantity counts sold units, not pieces
}

// Priced is the answer to an Ask.
type Priced struct {
	Item
	Found    bool  // false: no such code; the rest is empty
	Pieces   int64 // the quantity in pieces
	HasPrice bool
	Price    Price // of one piece
}

// Lines finds what each code or barcode means, in one query. The map is keyed
// by Key of what was asked; what is unknown is absent.
func Lines(ctx context.Context, r pg.Reader, codes []string) (map[string]Item, error) {
	asks := make([]Ask, len(codes))
	for i, c := range codes {
		asks[i] = Ask{Code: c, Quantity: 1}
	}
	found, err := LinesPriced(ctx, r, asks, 0, "", false, trade.Day{})
	if err != nil {
		return nil, err
	}
	items := make(map[string]Item, len(found))
	for i, f := range found {
		if f.Found {
			items[Key(codes[i])] = f.Item
		}
	}
	return items, nil
}

// A code wins over a barcode of the same spelling. The tree of a kit's parts is
// only walked for kits, and the price of a piece only looked for in lists of
// the currency asked for.
const linesSQL = `
	select a.at, s.id, s.product_id, s.code, s.title, p.kind, c.code, s.sold_unit, s.unit_ratio, s.pack_size, s.min_quantity,
	       coalesce(s.weight_g, 0), s.withdrawn_at is not null, s.shop_visible,
	       case when p.kind = 'kit' then (
	           with recursive part (sku_id, quantity, depth) as (
	               select k.part_sku_id, k.quantity::bigint, 1 from catalog_kit_parts k where k.kit_sku_id = s.id
	               union all
	               select k.part_sku_id, least(part.quantity * k.quantity, 1000000000), part.depth + 1
	               from part join catalog_kit_parts k on k.kit_sku_id = part.sku_id
	               where part.depth < 10
	           )
	           select jsonb_agg(jsonb_build_object('sku', ps.id, 'product', ps.product_id, 'code', ps.code, 'title', ps.title, 'kind', pp.kind,
	                      'tax_class', pc.code, 'quantity', g.quantity, 'weight_g', coalesce(ps.weight_g, 0), 'withdrawn', ps.withdrawn_at is not null) order by ps.id)
	           from (select part.sku_id, sum(part.quantity)::bigint as quantity from part group by part.sku_id) g
	           join catalog_skus ps on ps.id = g.sku_id
	           join catalog_products pp on pp.id = ps.product_id
	           join tax_classes pc on pc.id = pp.tax_class_id
	           where pp.kind <> 'kit'
	       ) end,
	       n.pieces, pr.price::text, coalesce(pr.id, 0), coalesce(pr.code, ''), coalesce(pr.base, false), coalesce(pr.min_quantity, 0)
	from unnest($1::text[], $2::bigint[], $3::boolean[]) with ordinality as a (code, quantity, sold, at)
	cross join lateral (
	    select m.id from (
	        select x.id, 1 as rank from catalog_skus x where lower(x.code) = lower(a.code)
	        union all
	        select b.sku_id, 2 from catalog_barcodes b where b.code = a.code
	    ) m order by m.rank limit 1
	) hit
	join catalog_skus s on s.id = hit.id
	join catalog_products p on p.id = s.product_id
	join tax_classes c on c.id = p.tax_class_id
	cross join lateral (select case when a.sold then a.quantity * s.unit_ratio else a.quantity end as pieces) n
	left join lateral (
	    select h.price, h.min_quantity, h.id, h.code, h.base from (
	        select distinct on (l.id, q.min_quantity) q.price, q.min_quantity, l.id, l.code, l.base
	        from catalog_prices q join catalog_price_lists l on l.id = q.price_list_id
	        where q.sku_id = s.id and q.min_quantity <= n.pieces
	          and q.valid_from <= $7::date and (q.valid_to is null or q.valid_to > $7::date)
	          and l.currency = $5::text and l.includes_tax = $6 and (l.id = $4 or l.base)
	        order by l.id, q.min_quantity, q.valid_from desc
	    ) h
	    order by (h.id = $4) desc, h.price, h.min_quantity desc
	    limit 1
	) pr on true`

// LinesPriced is Lines and Prices in one round trip, for placing an order. The
// answers stand in the order of the asks. list 0 means the base list.
func LinesPriced(ctx context.Context, r pg.Reader, asks []Ask, list id.PriceList, currency money.Currency, includesTax bool, day trade.Day) ([]Priced, error) {
	out := make([]Priced, len(asks))
	if len(asks) == 0 {
		return out, nil
	}
	codes, quantities, sold := make([]string, len(asks)), make([]int64, len(asks)), make([]bool, len(asks))
	for i, a := range asks {
		codes[i], quantities[i], sold[i] = strings.TrimSpace(a.Code), clamp(a.Quantity), a.Sold
	}
	rows, err := r.Query(ctx, linesSQL, codes, quantities, sold, int64(list), string(currency), includesTax, day)
	if err != nil {
		return nil, fmt.Errorf("read lines: %w", err)
	}
	var at int
	var l Priced
	var unit *money.UnitPrice
	var from priceFrom
	_, err = pgx.ForEachRow(rows, []any{&at, &l.SKU, &l.Product, &l.Code, &l.Title, &l.Kind, &l.TaxClass, &l.SoldUnit, &l.UnitRatio, &l.PackSize, &l.MinQuantity,
		&l.WeightG, &l.Withdrawn, &l.ShopVisible, &l.Parts, &l.Pieces, &unit, &from.list, &from.code, &from.base, &from.least}, func() error {
		l.Found, l.HasPrice, l.Price = true, unit != nil, Price{}
		if unit != nil {
			l.Price = from.price(*unit)
		}
		out[at-1] = l
		l.Parts, unit = nil, nil
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read lines: %w", err)
	}
	return out, nil
}

// clamp keeps a nonsensical quantity from overflowing; the order's own check
// refuses it in words.
func clamp(n int64) int64 { return min(max(n, 0), 1<<31) }
