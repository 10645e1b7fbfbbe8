package catalog

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"packhouse/internal/id"
	"packhouse/internal/list"
	"packhouse/internal/money"
	"packhouse/internal/pg"
)

// Row is one variant in the list of products.
type Row struct {
	SKU       id.SKU
	Product   id.Product
	Code      string
	Title     string
	Name      string // of the product
	Kind      Kind
	Withdrawn bool
	SoldUnit  string
	UnitRatio int64
	Picture   id.File

	codeKey, titleKey string // as the database sorts them
}

// Shelf is the list of all variants.
var Shelf = list.Spec{
	Columns: "s.id, s.product_id, s.code, s.title, p.name, p.kind, s.withdrawn_at is not null, s.sold_unit, s.unit_ratio, coalesce(p.picture_file_id, 0), lower(s.code), lower(s.title)",
	From:    "catalog_skus s",
	Joins:   "join catalog_products p on p.id = s.product_id",
	Key:     "s.id",
	Filters: map[string]list.Filter{
		"q":    {SQL: containing, Read: patterns},
		"kind": {SQL: "p.kind = any (?)", Read: list.Texts(string(Goods), string(Service), string(Kit))},
		"sale": {SQL: "(s.withdrawn_at is not null) = ?", Read: withdrawn},
	},
	Sorts: map[string]list.Sort{
		"code":  {Column: "lower(s.code)", Type: "text"},
		"title": {Column: "lower(s.title)", Type: "text"},
	},
	Default: "code",
}

// The typed text stands first in the array, for a barcode that was scanned into
// the box; then a pattern of each word.
const containing = `s.id in (
	select hit.id from (select ?::text[] as w) asked
	cross join lateral (
	    select x.id from catalog_skus x where x.search like asked.w[2] and x.search like asked.w[3] and x.search like asked.w[4] and x.search like all (asked.w[5:])
	    union all
	    select b.sku_id from catalog_barcodes b where b.code = asked.w[1]
	) hit)`

func patterns(values []string) (any, bool) {
	q := strings.TrimSpace(values[0])
	if q == "" || len(q) > 4*maxName {
		return nil, false
	}
	return append([]string{q}, words(q)...), true
}

func withdrawn(values []string) (any, bool) {
	return values[0] == "withdrawn", values[0] == "withdrawn" || values[0] == "sold"
}

// Rows is one page of the list.
func Rows(ctx context.Context, r pg.Reader, q list.Query) (list.Page[Row], error) {
	sort, _ := q.Sorted()
	page, err := list.Read(ctx, r, q, func(row pgx.CollectableRow) (Row, error) {
		var x Row
		return x, row.Scan(&x.SKU, &x.Product, &x.Code, &x.Title, &x.Name, &x.Kind, &x.Withdrawn, &x.SoldUnit, &x.UnitRatio, &x.Picture, &x.codeKey, &x.titleKey)
	}, func(x Row) (string, int64) {
		if sort == "title" {
			return x.titleKey, int64(x.SKU)
		}
		return x.codeKey, int64(x.SKU)
	})
	if err != nil {
		return page, fmt.Errorf("read products: %w", err)
	}
	return page, nil
}

// Standing is the price without quantity or date of one variant in one base
// list.
type Standing struct {
	List     id.PriceList
	Currency money.Currency
	Tax      bool
	Unit     money.UnitPrice
}

const standingPricesSQL = `
	select p.sku_id, l.id, l.currency, l.includes_tax, p.price::text
	from catalog_prices p join catalog_price_lists l on l.id = p.price_list_id
	where p.sku_id = any ($1) and l.base and p.min_quantity = 1 and p.valid_from = '2000-01-01' and p.valid_to is null
	order by p.sku_id, l.currency, l.includes_tax`

// StandingPrices are the plain base prices of variants, by currency.
func StandingPrices(ctx context.Context, r pg.Reader, skus []id.SKU) (map[id.SKU][]Standing, error) {
	rows, err := r.Query(ctx, standingPricesSQL, skus)
	if err != nil {
		return nil, fmt.Errorf("read base prices: %w", err)
	}
	all := map[id.SKU][]Standing{}
	var sku id.SKU
	var s Standing
	_, err = pgx.ForEachRow(rows, []any{&sku, &s.List, &s.Currency, &s.Tax, &s.Unit}, func() error {
		all[sku] = append(all[sku], s)
		return nil
	})
	return all, err
}
