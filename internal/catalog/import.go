package catalog

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"packhouse/internal/id"
	"packhouse/internal/money"
	"packhouse/internal/pg"
	"packhouse/internal/problem"
	"packhouse/internal/txn"
)

// Imported is one variant as a file has it; each becomes a product of its own.
// An empty Title or a nil Price leaves what is there.
type Imported struct {
	Code     string
	Title    string
	Kind     Kind   // of a new one; empty: goods
	TaxClass string // of a new one
	Price    *money.UnitPrice
}

// Upserted is what an import did.
type Upserted struct {
	SKUs    map[string]id.SKU // by Key of the code
	Created int
	Changed int // titles and prices
}

// Upsert makes the variants that are not there, by code in any case, and writes
// titles and prices that differ; prices are those of one piece in list (0:
// prices are left alone). What is there already is no change, so that a second
// run writes nothing. Problems come as "items[12].code".
func Upsert(ctx context.Context, tx *txn.Tx, items []Imported, list id.PriceList) (Upserted, error) {
	items, err := checkImported(items)
	if err != nil {
		return Upserted{}, err
	}
	known, err := knownSKUs(ctx, tx, items, list)
	if err != nil {
		return Upserted{}, err
	}
	out := Upserted{SKUs: make(map[string]id.SKU, len(items))}
	var fresh, renamed []Imported
	for _, it := range items {
		k, ok := known[Key(it.Code)]
		switch {
		case !ok:
			fresh = append(fresh, it)
			continue
		case it.Title != "" && it.Title != k.title:
			renamed = append(renamed, it)
		}
		out.SKUs[Key(it.Code)] = k.sku
	}
	made, err := createImported(ctx, tx, fresh)
	if err != nil {
		return Upserted{}, err
	}
	for _, it := range fresh {
		k := made[it.Code]
		known[Key(it.Code)], out.SKUs[Key(it.Code)] = k, k.sku
		tx.Record(txn.Event{Kind: "product.created", Subject: about(k.product), Data: happening{Name: it.Title, SKU: k.sku, Code: it.Code}})
	}
	for _, it := range renamed {
		rename(tx, known[Key(it.Code)], it)
	}
	priced := priceImported(tx, items, known, list)
	out.Created, out.Changed = len(fresh), len(renamed)+priced
	if len(fresh)+len(renamed)+priced == 0 {
		tx.Quiet("the file brought nothing new")
	}
	return out, nil
}

// checkImported cleans the items and keeps one of each code, the first.
func checkImported(items []Imported) ([]Imported, error) {
	v := &problem.Invalid{}
	seen := map[string]bool{}
	var out []Imported
	for i, it := range items {
		at := fmt.Sprintf("items[%d].", i)
		it.Code = codeText(v, at+"code", it.Code)
		it.Title = text(v, at+"title", it.Title, maxName, false)
		if it.Kind == "" {
			it.Kind = Goods
		}
		if !seen[Key(it.Code)] {
			seen[Key(it.Code)] = true
			out = append(out, it)
		}
	}
	return out, v.Err()
}

type knownSKU struct {
	sku     id.SKU
	product id.Product
	code    string
	title   string
	version int64
	price   *money.UnitPrice
}

const knownSQL = `
	select a.code, s.id, s.product_id, s.code, s.title, s.version, p.price::text
	from unnest($1::text[]) as a (code)
	join catalog_skus s on lower(s.code) = lower(a.code)
	left join catalog_prices p on p.sku_id = s.id and p.price_list_id = $2 and p.min_quantity = 1 and p.valid_from = '2000-01-01'`

func knownSKUs(ctx context.Context, r pg.Reader, items []Imported, list id.PriceList) (map[string]knownSKU, error) {
	codes := make([]string, len(items))
	for i, it := range items {
		codes[i] = it.Code
	}
	rows, err := r.Query(ctx, knownSQL, codes, list)
	if err != nil {
		return nil, fmt.Errorf("look for imported products: %w", err)
	}
	known := make(map[string]knownSKU, len(items))
	var asked string
	var k knownSKU
	_, err = pgx.ForEachRow(rows, []any{&asked, &k.sku, &k.product, &k.code, &k.title, &k.version, &k.price}, func() error {
		known[Key(asked)] = k
		k.price = nil
		return nil
	})
	return known, err
}

// The keys are drawn first, so that product and variant are made in one
// statement and each variant finds its product.
const createImportedSQL = `
	with asked as materialized (
	    select nextval(pg_get_serial_sequence('catalog_products', 'id')) as product_id, a.code, a.title, a.kind, a.tax_class
	    from unnest($1::text[], $2::text[], $3::text[], $4::text[]) as a (code, title, kind, tax_class)
	), made as (
	    insert into catalog_products (id, name, kind, tax_class_id) overriding system value
	    select a.product_id, a.title, a.kind, (select c.id from tax_classes c where c.code = a.tax_class) from asked a
	)
	insert into catalog_skus (product_id, code, title)
	select a.product_id, a.code, a.title from asked a
	returning code, id, product_id`

func createImported(ctx context.Context, tx *txn.Tx, items []Imported) (map[string]knownSKU, error) {
	if len(items) == 0 {
		return nil, nil
	}
	codes, titles := make([]string, len(items)), make([]string, len(items))
	kinds, classes := make([]string, len(items)), make([]string, len(items))
	for i := range items {
		if items[i].Title == "" {
			items[i].Title = items[i].Code
		}
		codes[i], titles[i], kinds[i], classes[i] = items[i].Code, items[i].Title, string(items[i].Kind), items[i].TaxClass
	}
	rows, err := tx.Query(ctx, createImportedSQL, codes, titles, kinds, classes)
	if err != nil {
		return nil, taken(err, "")
	}
	made := make(map[string]knownSKU, len(items))
	var k knownSKU
	_, err = pgx.ForEachRow(rows, []any{&k.code, &k.sku, &k.product}, func() error {
		made[k.code] = k
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("create imported products: %w", taken(err, ""))
	}
	return made, nil
}

const renameSKUSQL = `update catalog_skus set title = $2, version = version + 1 where id = $1`

// A product that has this one variant is called as the variant was.
const renameProductSQL = `update catalog_products set name = $2, version = version + 1 where id = $1 and name = $3`

func rename(tx *txn.Tx, k knownSKU, it Imported) {
	tx.Queue(renameSKUSQL, 1, nil, k.sku, it.Title)
	tx.Queue(renameProductSQL, -1, nil, k.product, it.Title, k.title)
	tx.Record(txn.Event{Kind: "sku.changed", Subject: about(k.product), Data: happening{SKU: k.sku, Code: k.code, Version: k.version + 1,
		Changes: []problem.Change{{Field: "title", Before: k.title, After: it.Title}}}})
}

const importPricesSQL = `
	insert into catalog_prices (price_list_id, sku_id, min_quantity, price)
	select $1, p.sku_id, 1, p.price::numeric from unnest($2::bigint[], $3::text[]) as p (sku_id, price)
	on conflict (sku_id, price_list_id, min_quantity, valid_from) do update set price = excluded.price`

// priceImported writes the prices that differ and says how many.
func priceImported(tx *txn.Tx, items []Imported, known map[string]knownSKU, list id.PriceList) int {
	var skus []int64
	var prices []string
	for _, it := range items {
		k := known[Key(it.Code)]
		if list == 0 || it.Price == nil || (k.price != nil && *k.price == *it.Price) {
			continue
		}
		skus, prices = append(skus, int64(k.sku)), append(prices, it.Price.String())
		tx.Record(txn.Event{Kind: "price.set", Subject: about(k.product), Data: happening{SKU: k.sku, Code: k.code,
			Changes: []problem.Change{{Field: "price", Before: price(k.price), After: it.Price.String()}}}})
	}
	if len(skus) > 0 {
		tx.Queue(importPricesSQL, int64(len(skus)), nil, list, skus, prices)
	}
	return len(skus)
}
