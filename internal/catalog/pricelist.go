package catalog

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/jackc/pgx/v5"

	"packhouse/internal/id"
	"packhouse/internal/money"
	"packhouse/internal/pg"
	"packhouse/internal/problem"
	"packhouse/internal/trade"
	"packhouse/internal/txn"
)

// ListInput is what a person says about a price list. Currency and tax are
// fixed when it is made: its prices mean nothing otherwise.
type ListInput struct {
	Code        string
	Name        string
	Currency    money.Currency
	IncludesTax bool
	Base        bool // serves whoever has no list of their own
}

// List is a price list as it stands.
type List struct {
	ID          id.PriceList
	Code        string
	Name        string
	Currency    money.Currency
	IncludesTax bool
	Base        bool
	Version     int64
	Prices      int64 // how many stand in it
	Customers   int64 // how many buy by it
}

const createListSQL = `
	insert into catalog_price_lists (code, name, currency, includes_tax, base) values ($1, $2, $3::text, $4, $5) returning id`

// CreateList makes an empty price list. There is one base list for each
// currency with and without tax: another is base_taken at "base".
func CreateList(ctx context.Context, tx *txn.Tx, in ListInput) (id.PriceList, error) {
	v := &problem.Invalid{}
	in.Code = text(v, "code", in.Code, maxShort, true)
	in.Name = text(v, "name", in.Name, maxName, true)
	if !in.Currency.Valid() {
		v.Add("currency", "unknown_currency", "code", string(in.Currency))
	}
	if err := v.Err(); err != nil {
		return 0, err
	}
	var list id.PriceList
	err := tx.QueryRow(ctx, createListSQL, in.Code, in.Name, string(in.Currency), in.IncludesTax, in.Base).Scan(&list)
	switch name, _ := pg.Violates(err); name {
	case "catalog_price_lists_code_key":
		return 0, problem.At("code", "list_taken", "list", in.Code)
	case "catalog_price_lists_base_key":
		return 0, problem.At("base", "base_taken", "currency", string(in.Currency))
	}
	if err != nil {
		return 0, fmt.Errorf("create price list: %w", err)
	}
	tx.Record(txn.Event{Kind: "price_list.created", Subject: txn.About("price_list", list), Data: happening{Name: in.Name, List: in.Code}})
	return list, nil
}

// PriceInput is one price of one variant in one list. A piece costs Unit from
// Least pieces on, from the day From to the day before Until.
type PriceInput struct {
	List  id.PriceList
	Code  string // SKU code or barcode
	Least int64  // 1: any quantity
	Unit  money.UnitPrice
	From  trade.Day // zero: always
	Until trade.Day // the first day it no longer holds; zero: no end
}

const setPriceSQL = `
	insert into catalog_prices (price_list_id, sku_id, min_quantity, price, valid_from, valid_to)
	values ($1, $2, $3, $4::text::numeric, coalesce($5::date, '2000-01-01'), $6::date)
	on conflict (sku_id, price_list_id, min_quantity, valid_from) do update set price = excluded.price, valid_to = excluded.valid_to
	returning id`

const priceBeforeSQL = `
	select price::text, coalesce(valid_to::text, '') from catalog_prices
	where price_list_id = $1 and sku_id = $2 and min_quantity = $3 and valid_from = coalesce($4::date, '2000-01-01')`

const listSQL = `select id, code, name, currency, includes_tax, base, version from catalog_price_lists where id = $1`

// SetPrice writes a price, over the one that stood at the same quantity and
// first day. Problems come at "sku", "least", "price" and "until".
func SetPrice(ctx context.Context, tx *txn.Tx, in PriceInput) error {
	v := &problem.Invalid{}
	list, err := ListByID(ctx, tx, in.List)
	if err != nil {
		return err
	}
	items, err := Lines(ctx, tx, []string{in.Code})
	if err != nil {
		return err
	}
	item, ok := items[Key(in.Code)]
	switch {
	case Key(in.Code) == "":
		v.Add("sku", "required")
	case !ok:
		v.Add("sku", "unknown_sku", "code", in.Code)
	}
	between(v, "least", in.Least, 1, maxPieces)
	if in.Unit.Sign() < 0 {
		v.Add("price", "too_small", "min", 0)
	}
	if !in.Until.IsZero() && !in.From.Before(in.Until) {
		v.Add("until", "bad_period")
	}
	if err := v.Err(); err != nil {
		return err
	}
	before := problem.Change{Field: "price"}
	var until string
	err = tx.QueryRow(ctx, priceBeforeSQL, in.List, item.SKU, in.Least, in.From).Scan(&before.Before, &until)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return fmt.Errorf("read the price before: %w", err)
	}
	if before.Before != "" {
		old := money.UnitPrice{}
		if err := old.UnmarshalText([]byte(before.Before)); err != nil {
			return err
		}
		before.Before = old.String()
	}
	before.After = in.Unit.String()
	changes := diff{}
	changes.say("price", before.Before, before.After)
	changes.say("until", until, in.Until.String())
	if len(changes) == 0 {
		tx.Quiet("the price stood so already")
		return nil
	}
	if _, err := tx.Exec(ctx, setPriceSQL, in.List, item.SKU, in.Least, in.Unit.String(), in.From, in.Until); err != nil {
		return fmt.Errorf("set price: %w", err)
	}
	changes.say("least", "", fromText(in.Least))
	changes.say("from", "", in.From.String())
	tx.Record(txn.Event{Kind: "price.set", Subject: about(item.Product), Data: happening{SKU: item.SKU, Code: item.Code, List: list.Code, Changes: changes}})
	return nil
}

const removePriceSQL = `
	delete from catalog_prices p using catalog_skus s, catalog_price_lists l
	where p.id = $1 and p.price_list_id = $2 and s.id = p.sku_id and l.id = p.price_list_id
	returning s.id, s.product_id, s.code, l.code, p.price::text, p.min_quantity`

// RemovePrice takes a price out of its list; one that is gone already is no
// problem.
func RemovePrice(ctx context.Context, tx *txn.Tx, list id.PriceList, price int64) error {
	h := happening{}
	var product id.Product
	var unit money.UnitPrice
	var least int64
	err := tx.QueryRow(ctx, removePriceSQL, price, list).Scan(&h.SKU, &product, &h.Code, &h.List, &unit, &least)
	if errors.Is(err, pgx.ErrNoRows) {
		tx.Quiet("the price was gone already")
		return nil
	}
	if err != nil {
		return fmt.Errorf("remove price: %w", err)
	}
	h.Changes = []problem.Change{{Field: "price", Before: unit.String()}}
	if least > 1 {
		h.Changes = append(h.Changes, problem.Change{Field: "least", Before: fromText(least)})
	}
	tx.Record(txn.Event{Kind: "price.removed", Subject: about(product), Data: h})
	return nil
}

func fromText(least int64) string {
	if least <= 1 {
		return ""
	}
	return strconv.FormatInt(least, 10)
}

// ListByID reads one price list, without its counts.
func ListByID(ctx context.Context, r pg.Reader, list id.PriceList) (List, error) {
	var l List
	err := r.QueryRow(ctx, listSQL, list).Scan(&l.ID, &l.Code, &l.Name, &l.Currency, &l.IncludesTax, &l.Base, &l.Version)
	return l, missing(err, "price_list")
}

const listsSQL = `
	select l.id, l.code, l.name, l.currency, l.includes_tax, l.base, l.version,
	       (select count(*) from catalog_prices p where p.price_list_id = l.id),
	       (select count(*) from customers c where c.price_list_id = l.id)
	from catalog_price_lists l
	order by l.base desc, lower(l.code)`

// Lists are all price lists, base lists first, with how many prices stand in
// each and how many customers buy by it.
func Lists(ctx context.Context, r pg.Reader) ([]List, error) {
	rows, err := r.Query(ctx, listsSQL)
	if err != nil {
		return nil, fmt.Errorf("read price lists: %w", err)
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (List, error) {
		var l List
		return l, row.Scan(&l.ID, &l.Code, &l.Name, &l.Currency, &l.IncludesTax, &l.Base, &l.Version, &l.Prices, &l.Customers)
	})
}

const baseListsSQL = `
	select id, code, name, currency, includes_tax, base, version from catalog_price_lists where base order by currency, includes_tax`

// BaseLists are the lists that serve whoever has none of their own.
func BaseLists(ctx context.Context, r pg.Reader) ([]List, error) {
	rows, err := r.Query(ctx, baseListsSQL)
	if err != nil {
		return nil, fmt.Errorf("read base lists: %w", err)
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (List, error) {
		var l List
		return l, row.Scan(&l.ID, &l.Code, &l.Name, &l.Currency, &l.IncludesTax, &l.Base, &l.Version)
	})
}

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

const standingIDSQL = `
	select p.id from catalog_prices p join catalog_skus s on s.id = p.sku_id
	where p.price_list_id = $1 and lower(s.code) = lower($2::text) and p.min_quantity = 1 and p.valid_from = '2000-01-01' and p.valid_to is null`

// SetStanding sets the plain price of a variant in a list, for any quantity and
// without dates; nil takes it away.
func SetStanding(ctx context.Context, tx *txn.Tx, list id.PriceList, code string, unit *money.UnitPrice) error {
	if unit != nil {
		return SetPrice(ctx, tx, PriceInput{List: list, Code: code, Least: 1, Unit: *unit})
	}
	var price int64
	err := tx.QueryRow(ctx, standingIDSQL, list, code).Scan(&price)
	if errors.Is(err, pgx.ErrNoRows) {
		tx.Quiet("there was no price to take away")
		return nil
	}
	if err != nil {
		return fmt.Errorf("look for the price: %w", err)
	}
	return RemovePrice(ctx, tx, list, price)
}
