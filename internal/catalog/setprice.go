package catalog

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/jackc/pgx/v5"

	"packhouse/internal/id"
	"packhouse/internal/money"
	"packhouse/internal/problem"
	"packhouse/internal/trade"
	"packhouse/internal/txn"
)

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
