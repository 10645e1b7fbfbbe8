package catalog

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"packhouse/internal/id"
	"packhouse/internal/pg"
	"packhouse/internal/txn"
)

// Record is all that is known of a product, as its page shows it.
type Record struct {
	Product
	SKUs        []SKU
	Barcodes    map[id.SKU][]string
	Parts       map[id.SKU][]Part // of kits, as they were said
	Substitutes map[id.SKU][]Substitute
	Standing    map[id.SKU][]Substitute // for which others each stands in
	InKits      map[id.SKU][]Substitute // the kits each is a part of
}

// One looks up a variant of the product.
func (r Record) One(sku id.SKU) (SKU, bool) {
	for _, s := range r.SKUs {
		if s.ID == sku {
			return s, true
		}
	}
	return SKU{}, false
}

const productSQL = `
	select p.id, p.name, p.description, p.kind, c.code, c.name, p.handling_class, coalesce(p.picture_file_id, 0), p.attributes, p.version
	from catalog_products p join tax_classes c on c.id = p.tax_class_id
	where p.id = $1`

const skusOfSQL = `
	select s.id, s.product_id, s.code, s.title, s.variant, s.attributes, s.weight_g, s.length_mm, s.width_mm, s.height_mm,
	       s.sold_unit, s.unit_ratio, s.pack_size, s.min_quantity, s.cost::text, s.withdrawn_at, s.shop_visible, s.version
	from catalog_skus s
	where s.product_id = $1
	order by s.withdrawn_at is not null, lower(s.code)`

// Read gives the whole record of a product; problem.NotFound if there is none.
func Read(ctx context.Context, r pg.Reader, product id.Product) (Record, error) {
	var rec Record
	p := &rec.Product
	err := r.QueryRow(ctx, productSQL, product).Scan(&p.ID, &p.Name, &p.Description, &p.Kind, &p.TaxClass, &p.TaxClassName, &p.HandlingClass, &p.Picture, &p.Attributes, &p.Version)
	if err != nil {
		return rec, missing(err, "product")
	}
	rows, err := r.Query(ctx, skusOfSQL, product)
	if err != nil {
		return rec, fmt.Errorf("read product %d: %w", product, err)
	}
	rec.SKUs, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (SKU, error) {
		var s SKU
		return s, row.Scan(&s.ID, &s.Product, &s.Code, &s.Title, &s.Variant, &s.Attributes, &s.WeightG, &s.LengthMM, &s.WidthMM, &s.HeightMM,
			&s.SoldUnit, &s.UnitRatio, &s.PackSize, &s.MinQuantity, &s.Cost, &s.WithdrawnAt, &s.ShopVisible, &s.Version)
	})
	if err != nil {
		return rec, fmt.Errorf("read product %d: %w", product, err)
	}
	return rec, rec.readRest(ctx, r)
}

func (rec *Record) readRest(ctx context.Context, r pg.Reader) error {
	ids := make([]id.SKU, len(rec.SKUs))
	for i, s := range rec.SKUs {
		ids[i] = s.ID
	}
	var err error
	if rec.Barcodes, err = barcodesOf(ctx, r, ids); err != nil {
		return err
	}
	if rec.Kind == Kit {
		if rec.Parts, err = PartsOf(ctx, r, ids); err != nil {
			return err
		}
	}
	if rec.Substitutes, err = SubstitutesOf(ctx, r, ids); err != nil {
		return err
	}
	if rec.Standing, err = standing(ctx, r, ids); err != nil {
		return err
	}
	rec.InKits, err = inKits(ctx, r, ids)
	return err
}

const barcodesSQL = `select sku_id, code from catalog_barcodes where sku_id = any ($1) order by sku_id, code`

func barcodesOf(ctx context.Context, r pg.Reader, skus []id.SKU) (map[id.SKU][]string, error) {
	rows, err := r.Query(ctx, barcodesSQL, skus)
	if err != nil {
		return nil, fmt.Errorf("read barcodes: %w", err)
	}
	all := map[id.SKU][]string{}
	var sku id.SKU
	var code string
	_, err = pgx.ForEachRow(rows, []any{&sku, &code}, func() error {
		all[sku] = append(all[sku], code)
		return nil
	})
	return all, err
}

const standingSQL = `
	select b.substitute_sku_id, s.id, s.product_id, s.code, s.title, s.withdrawn_at is not null
	from catalog_substitutes b join catalog_skus s on s.id = b.sku_id
	where b.substitute_sku_id = any ($1)
	order by b.substitute_sku_id, lower(s.code)
	limit 200`

// standing are the variants that each of these may stand in for.
func standing(ctx context.Context, r pg.Reader, skus []id.SKU) (map[id.SKU][]Substitute, error) {
	rows, err := r.Query(ctx, standingSQL, skus)
	if err != nil {
		return nil, fmt.Errorf("read what they stand in for: %w", err)
	}
	return related(rows)
}

const inKitsSQL = `
	select k.part_sku_id, s.id, s.product_id, s.code, s.title, s.withdrawn_at is not null
	from catalog_kit_parts k join catalog_skus s on s.id = k.kit_sku_id
	where k.part_sku_id = any ($1)
	order by k.part_sku_id, lower(s.code)
	limit 200`

// inKits are the kits that each of these is a part of.
func inKits(ctx context.Context, r pg.Reader, skus []id.SKU) (map[id.SKU][]Substitute, error) {
	rows, err := r.Query(ctx, inKitsSQL, skus)
	if err != nil {
		return nil, fmt.Errorf("read the kits they are in: %w", err)
	}
	return related(rows)
}

func related(rows pgx.Rows) (map[id.SKU][]Substitute, error) {
	all := map[id.SKU][]Substitute{}
	var sku id.SKU
	var s Substitute
	_, err := pgx.ForEachRow(rows, []any{&sku, &s.SKU, &s.Product, &s.Code, &s.Title, &s.Withdrawn}, func() error {
		all[sku] = append(all[sku], s)
		return nil
	})
	return all, err
}

// TaxClass is one choice of how a product is taxed.
type TaxClass struct{ Code, Name string }

const taxClassesSQL = `select code, name from tax_classes order by id`

// TaxClasses are the choices, in the order they were made.
func TaxClasses(ctx context.Context, r pg.Reader) ([]TaxClass, error) {
	rows, err := r.Query(ctx, taxClassesSQL)
	if err != nil {
		return nil, fmt.Errorf("read tax classes: %w", err)
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[TaxClass])
}

const handlingClassesSQL = `
	select handling_class from catalog_products where handling_class <> '' group by handling_class order by count(*) desc, handling_class limit 30`

// HandlingClasses are the words in use, the commonest first.
func HandlingClasses(ctx context.Context, r pg.Reader) ([]string, error) {
	rows, err := r.Query(ctx, handlingClassesSQL)
	if err != nil {
		return nil, fmt.Errorf("read handling classes: %w", err)
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}

const pictureSQL = `update catalog_products set picture_file_id = nullif($2::bigint, 0), version = version + 1 where id = $1`

// SetPicture shows a stored file as the product's picture; 0 takes it away.
func SetPicture(ctx context.Context, tx *txn.Tx, product id.Product, seen int64, file id.File, name string) error {
	p, err := lockProduct(ctx, tx, product)
	if err != nil {
		return err
	}
	if p.Version != seen {
		return stale(ctx, tx, product, 0, seen, p.Version)
	}
	kind := "picture.set"
	if file == 0 {
		kind = "picture.removed"
	}
	tx.Queue(pictureSQL, 1, nil, product, file)
	tx.Record(txn.Event{Kind: kind, Subject: about(product), Data: happening{Name: name, Version: seen + 1}})
	return nil
}
