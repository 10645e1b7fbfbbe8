package catalog

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"packhouse/internal/id"
	"packhouse/internal/money"
	"packhouse/internal/pg"
	"packhouse/internal/problem"
	"packhouse/internal/txn"
)

// Create makes a product and its first variant. Problems come by field; a code
// in use is code_taken at "code".
func Create(ctx context.Context, tx *txn.Tx, in ProductInput, first SKUInput) (id.Product, id.SKU, error) {
	in, v := in.Checked()
	first, w := first.Checked()
	v.Fields = append(v.Fields, w.Fields...)
	class, err := taxClass(ctx, tx, v, in.TaxClass)
	if err != nil {
		return 0, 0, err
	}
	if err := codeFree(ctx, tx, v, first.Code, 0); err != nil {
		return 0, 0, err
	}
	if err := v.Err(); err != nil {
		return 0, 0, err
	}
	var product id.Product
	err = tx.QueryRow(ctx, createProductSQL, in.Name, in.Description, string(in.Kind), class, in.HandlingClass, in.Attributes.json()).Scan(&product)
	if err != nil {
		return 0, 0, fmt.Errorf("create product: %w", err)
	}
	sku, err := insertSKU(ctx, tx, Product{ID: product, Name: in.Name}, first)
	if err != nil {
		return 0, 0, err
	}
	tx.Record(txn.Event{Kind: "product.created", Subject: about(product), Data: happening{Name: in.Name, SKU: sku, Code: first.Code}})
	return product, sku, nil
}

const createProductSQL = `
	insert into catalog_products (name, description, kind, tax_class_id, handling_class, attributes)
	values ($1, $2, $3, $4, $5, $6::jsonb) returning id`

// AddSKU makes another variant of a product.
func AddSKU(ctx context.Context, tx *txn.Tx, product id.Product, in SKUInput) (id.SKU, error) {
	in, v := in.Checked()
	p, err := lockProduct(ctx, tx, product)
	if err != nil {
		return 0, err
	}
	if err := codeFree(ctx, tx, v, in.Code, 0); err != nil {
		return 0, err
	}
	if err := v.Err(); err != nil {
		return 0, err
	}
	sku, err := insertSKU(ctx, tx, p, in)
	if err != nil {
		return 0, err
	}
	tx.Record(txn.Event{Kind: "sku.created", Subject: about(product), Data: happening{Name: p.Name, SKU: sku, Code: in.Code}})
	return sku, nil
}

const insertSKUSQL = `
	insert into catalog_skus (product_id, code, title, variant, attributes, weight_g, length_mm, width_mm, height_mm,
		sold_unit, unit_ratio, pack_size, min_quantity, cost, shop_visible)
	values ($1, $2, $3, $4, $5::jsonb, $6, $7, $8, $9, $10, $11, $12, $13, $14::text::numeric, $15) returning id`

func insertSKU(ctx context.Context, tx *txn.Tx, p Product, in SKUInput) (id.SKU, error) {
	if in.Title == "" {
		in.Title = TitleOf(p.Name, in.Variant)
	}
	var sku id.SKU
	err := tx.QueryRow(ctx, insertSKUSQL, p.ID, in.Code, in.Title, in.Variant, in.Attributes.json(), in.WeightG, in.LengthMM, in.WidthMM, in.HeightMM,
		in.SoldUnit, in.UnitRatio, in.PackSize, in.MinQuantity, numeric(in.Cost), !in.HideInShop).Scan(&sku)
	return sku, taken(err, in.Code)
}

// ChangeProduct writes what a person says about a product they saw as seen. The
// kind stays as it is. Titles that follow the product's name go along with it.
// A product changed since is problem.Stale.
func ChangeProduct(ctx context.Context, tx *txn.Tx, product id.Product, seen int64, in ProductInput) error {
	p, err := lockProduct(ctx, tx, product)
	if err != nil {
		return err
	}
	if in.Kind == "" {
		in.Kind = p.Kind
	}
	in, v := in.Checked()
	if in.Kind != p.Kind {
		v.Add("kind", "kind_fixed")
	}
	class, err := taxClass(ctx, tx, v, in.TaxClass)
	if err != nil {
		return err
	}
	if err := v.Err(); err != nil {
		return err
	}
	if p.Version != seen {
		return stale(ctx, tx, product, 0, seen, p.Version)
	}
	after, changes := p.change(in)
	if len(changes) == 0 {
		tx.Quiet("the product was saved as it was")
		return nil
	}
	tx.Queue(saveProductSQL, 1, nil, product, after.Name, after.Description, class, after.HandlingClass, after.Attributes.json())
	if after.Name != p.Name {
		tx.Queue(renameSQL, -1, nil, product, p.Name, after.Name)
	}
	tx.Record(txn.Event{Kind: "product.changed", Subject: about(product), Data: happening{Name: after.Name, Version: seen + 1, Changes: changes}})
	return nil
}

const saveProductSQL = `
	update catalog_products
	set name = $2, description = $3, tax_class_id = $4, handling_class = $5, attributes = $6::jsonb, version = version + 1
	where id = $1`

const renameSQL = `
	update catalog_skus
	set title = $3::text || case when variant = '' then '' else ', ' || variant end, version = version + 1
	where product_id = $1 and title = $2::text || case when variant = '' then '' else ', ' || variant end`

// ChangeSKU writes what a person says about a variant they saw as seen. A
// variant changed since is problem.Stale. The cost is recorded as an event of
// its own.
func ChangeSKU(ctx context.Context, tx *txn.Tx, sku id.SKU, seen int64, in SKUInput) error {
	in, v := in.Checked()
	s, name, err := lockSKU(ctx, tx, sku)
	if err != nil {
		return err
	}
	if err := codeFree(ctx, tx, v, in.Code, sku); err != nil {
		return err
	}
	if err := v.Err(); err != nil {
		return err
	}
	if s.Version != seen {
		return stale(ctx, tx, s.Product, sku, seen, s.Version)
	}
	if in.Title == "" {
		in.Title = TitleOf(name, in.Variant)
	}
	after, changes, cost := s.change(in)
	if len(changes)+len(cost) == 0 {
		tx.Quiet("the variant was saved as it was")
		return nil
	}
	if err := saveSKU(ctx, tx, after); err != nil {
		return err
	}
	if len(changes) > 0 {
		tx.Record(txn.Event{Kind: "sku.changed", Subject: about(s.Product), Data: happening{SKU: sku, Code: after.Code, Version: seen + 1, Changes: changes}})
	}
	if len(cost) > 0 {
		tx.Record(txn.Event{Kind: "sku.cost_changed", Subject: about(s.Product), Data: happening{SKU: sku, Code: after.Code, Version: seen + 1, Changes: cost}})
	}
	return nil
}

const saveSKUSQL = `
	update catalog_skus
	set code = $2, title = $3, variant = $4, attributes = $5::jsonb, weight_g = $6, length_mm = $7, width_mm = $8, height_mm = $9,
	    sold_unit = $10, unit_ratio = $11, pack_size = $12, min_quantity = $13, cost = $14::text::numeric, shop_visible = $15, version = version + 1
	where id = $1`

func saveSKU(ctx context.Context, tx *txn.Tx, s SKU) error {
	_, err := tx.Exec(ctx, saveSKUSQL, s.ID, s.Code, s.Title, s.Variant, s.Attributes.json(), s.WeightG, s.LengthMM, s.WidthMM, s.HeightMM,
		s.SoldUnit, s.UnitRatio, s.PackSize, s.MinQuantity, numeric(s.Cost), s.ShopVisible)
	return taken(err, s.Code)
}

const taxClassSQL = `select id from tax_classes where code = $1`

func taxClass(ctx context.Context, r pg.Reader, v *problem.Invalid, code string) (int64, error) {
	var class int64
	err := r.QueryRow(ctx, taxClassSQL, code).Scan(&class)
	if errors.Is(err, pgx.ErrNoRows) {
		if !v.Has("tax_class") {
			v.Add("tax_class", "unknown_tax_class")
		}
		return 0, nil
	}
	return class, err
}

const codeFreeSQL = `
	select s.code from catalog_skus s where lower(s.code) = lower($1::text) and s.id <> $2
	union all
	select s.code from catalog_barcodes b join catalog_skus s on s.id = b.sku_id where b.code = $1::text and b.sku_id <> $2
	limit 1`

// codeFree notes at "code" that another variant has the code, or carries it as
// a barcode: whoever scans or types it must mean one thing.
func codeFree(ctx context.Context, r pg.Reader, v *problem.Invalid, code string, not id.SKU) error {
	if v.Has("code") {
		return nil
	}
	var other string
	err := r.QueryRow(ctx, codeFreeSQL, code, not).Scan(&other)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	if err == nil {
		v.Add("code", "code_taken", "sku", other)
	}
	return err
}

// taken turns the database's refusal of a second SKU of one code into the
// problem at its field: two people may create the same one at once.
func taken(err error, code string) error {
	if name, ok := pg.Violates(err); ok && name == "catalog_skus_code_key" {
		return problem.At("code", "code_taken", "sku", code)
	}
	return err
}

func numeric(p *money.UnitPrice) *string {
	if p == nil {
		return nil
	}
	s := p.String()
	return &s
}

const lockProductSQL = `
	select p.id, p.name, p.description, p.kind, c.code, p.handling_class, coalesce(p.picture_file_id, 0), p.attributes, p.version
	from catalog_products p join tax_classes c on c.id = p.tax_class_id
	where p.id = $1 for update of p`

func lockProduct(ctx context.Context, tx *txn.Tx, product id.Product) (Product, error) {
	var p Product
	err := tx.QueryRow(ctx, lockProductSQL, product).Scan(&p.ID, &p.Name, &p.Description, &p.Kind, &p.TaxClass, &p.HandlingClass, &p.Picture, &p.Attributes, &p.Version)
	if errors.Is(err, pgx.ErrNoRows) {
		return p, problem.Missing("product")
	}
	return p, err
}

const lockSKUSQL = `
	select s.id, s.product_id, s.code, s.title, s.variant, s.attributes, s.weight_g, s.length_mm, s.width_mm, s.height_mm,
	       s.sold_unit, s.unit_ratio, s.pack_size, s.min_quantity, s.cost::text, s.withdrawn_at, s.shop_visible, s.version, p.name
	from catalog_skus s join catalog_products p on p.id = s.product_id
	where s.id = $1 for update of s`

func lockSKU(ctx context.Context, tx *txn.Tx, sku id.SKU) (SKU, string, error) {
	var s SKU
	var product string
	var withdrawn *time.Time
	err := tx.QueryRow(ctx, lockSKUSQL, sku).Scan(&s.ID, &s.Product, &s.Code, &s.Title, &s.Variant, &s.Attributes, &s.WeightG, &s.LengthMM, &s.WidthMM, &s.HeightMM,
		&s.SoldUnit, &s.UnitRatio, &s.PackSize, &s.MinQuantity, &s.Cost, &withdrawn, &s.ShopVisible, &s.Version, &product)
	s.WithdrawnAt = withdrawn
	if errors.Is(err, pgx.ErrNoRows) {
		return s, "", problem.Missing("sku")
	}
	return s, product, err
}
