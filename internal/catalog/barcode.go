package catalog

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"packhouse/internal/id"
	"packhouse/internal/pg"
	"packhouse/internal/problem"
	"packhouse/internal/txn"
)

const barcodeOwnerSQL = `
	select s.id, s.code from catalog_barcodes b join catalog_skus s on s.id = b.sku_id where b.code = $1::text
	union all
	select s.id, s.code from catalog_skus s where lower(s.code) = lower($1::text) and s.id <> $2
	limit 1`

const addBarcodeSQL = `insert into catalog_barcodes (code, sku_id) values ($1, $2)`

const countBarcodesSQL = `select count(*) from catalog_barcodes where sku_id = $1`

// AddBarcode puts one more barcode on a variant. One that another variant
// carries, or that is another's SKU code, is barcode_taken at "barcode".
func AddBarcode(ctx context.Context, tx *txn.Tx, sku id.SKU, barcode string) error {
	v := &problem.Invalid{}
	barcode = codeText(v, "barcode", barcode)
	if err := v.Err(); err != nil {
		return err
	}
	s, _, err := lockSKU(ctx, tx, sku)
	if err != nil {
		return err
	}
	var owner id.SKU
	var code string
	err = tx.QueryRow(ctx, barcodeOwnerSQL, barcode, sku).Scan(&owner, &code)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
	case err != nil:
		return fmt.Errorf("look for barcode: %w", err)
	case owner == sku:
		return problem.At("barcode", "barcode_here")
	default:
		return problem.At("barcode", "barcode_taken", "sku", code)
	}
	var n int
	if err := tx.QueryRow(ctx, countBarcodesSQL, sku).Scan(&n); err != nil {
		return fmt.Errorf("count barcodes: %w", err)
	}
	if n >= maxBarcodes {
		return problem.At("barcode", "too_many_entries", "max", maxBarcodes)
	}
	if _, err := tx.Exec(ctx, addBarcodeSQL, barcode, sku); err != nil {
		if name, ok := pg.Violates(err); ok && name == "catalog_barcodes_pkey" {
			return problem.At("barcode", "barcode_taken", "sku", "")
		}
		return fmt.Errorf("add barcode: %w", err)
	}
	tx.Record(txn.Event{Kind: "barcode.added", Subject: about(s.Product), Data: happening{SKU: sku, Code: s.Code, Barcode: barcode}})
	return nil
}

const removeBarcodeSQL = `delete from catalog_barcodes where code = $1 and sku_id = $2`

// RemoveBarcode takes a barcode off a variant; one that is gone already is no
// problem.
func RemoveBarcode(ctx context.Context, tx *txn.Tx, sku id.SKU, barcode string) error {
	s, _, err := lockSKU(ctx, tx, sku)
	if err != nil {
		return err
	}
	tag, err := tx.Exec(ctx, removeBarcodeSQL, barcode, sku)
	if err != nil {
		return fmt.Errorf("remove barcode: %w", err)
	}
	if tag.RowsAffected() == 0 {
		tx.Quiet("the barcode was gone already")
		return nil
	}
	tx.Record(txn.Event{Kind: "barcode.removed", Subject: about(s.Product), Data: happening{SKU: sku, Code: s.Code, Barcode: barcode}})
	return nil
}
