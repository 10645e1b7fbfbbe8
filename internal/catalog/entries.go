package catalog

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"packhouse/internal/id"
	"packhouse/internal/money"
	"packhouse/internal/pg"
	"packhouse/internal/trade"
)

// Entry is one price as it stands in a list. Until is the first day it no
// longer holds.
type Entry struct {
	ID       int64
	List     id.PriceList
	ListCode string
	Currency money.Currency
	Tax      bool // the list includes tax
	Base     bool
	SKU      id.SKU
	Product  id.Product
	Code     string
	Title    string
	Least    int64
	Unit     money.UnitPrice
	From     trade.Day // zero: always
	Until    trade.Day // zero: no end
}

const entriesSQL = `
	select p.id, l.id, l.code, l.currency, l.includes_tax, l.base, s.id, s.product_id, s.code, s.title, p.min_quantity, p.price::text,
	       nullif(p.valid_from, '2000-01-01'), p.valid_to
	from catalog_prices p
	join catalog_skus s on s.id = p.sku_id
	join catalog_price_lists l on l.id = p.price_list_id
	where p.price_list_id = $1
	  and (lower(s.code), p.min_quantity, p.id) > (lower($2::text), $3::integer, $4::bigint)
	  and ($5::text = '' or s.search like $5::text)
	order by lower(s.code), p.min_quantity, p.id
	limit $6`

// EntryKey is where a page of a price list begins: after this one.
type EntryKey struct {
	Code  string
	Least int64
	ID    int64
}

// Entries are the prices of a list in the order of SKU codes, from after the
// key on, those of variants whose code or title contain q.
func Entries(ctx context.Context, r pg.Reader, list id.PriceList, q string, after EntryKey, limit int) ([]Entry, error) {
	pattern := ""
	if q != "" {
		pattern = contains(trade.SearchFold(q))
	}
	rows, err := r.Query(ctx, entriesSQL, list, after.Code, after.Least, after.ID, pattern, limit)
	if err != nil {
		return nil, fmt.Errorf("read prices of a list: %w", err)
	}
	return pgx.CollectRows(rows, entry)
}

const pricesOfSQL = `
	select p.id, l.id, l.code, l.currency, l.includes_tax, l.base, s.id, s.product_id, s.code, s.title, p.min_quantity, p.price::text,
	       nullif(p.valid_from, '2000-01-01'), p.valid_to
	from catalog_prices p
	join catalog_skus s on s.id = p.sku_id
	join catalog_price_lists l on l.id = p.price_list_id
	where s.product_id = $1
	order by lower(s.code), l.base desc, l.code, p.min_quantity, p.valid_from
	limit 500`

// PricesOf are all prices of a product's variants.
func PricesOf(ctx context.Context, r pg.Reader, product id.Product) ([]Entry, error) {
	rows, err := r.Query(ctx, pricesOfSQL, product)
	if err != nil {
		return nil, fmt.Errorf("read prices of product %d: %w", product, err)
	}
	return pgx.CollectRows(rows, entry)
}

func entry(row pgx.CollectableRow) (Entry, error) {
	var e Entry
	return e, row.Scan(&e.ID, &e.List, &e.ListCode, &e.Currency, &e.Tax, &e.Base, &e.SKU, &e.Product, &e.Code, &e.Title, &e.Least, &e.Unit, &e.From, &e.Until)
}
