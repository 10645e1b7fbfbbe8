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

const listSQL = `select id, code, name, currency, includes_tax, base, version from catalog_price_lists where id = $1`

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
