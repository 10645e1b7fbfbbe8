package catalog

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"

	"packhouse/internal/id"
	"packhouse/internal/pg"
	"packhouse/internal/problem"
	"packhouse/internal/txn"
)

// PartInput is one part of a kit as a person names it: a SKU code or barcode,
// and how many pieces of it stand in one piece of the kit.
type PartInput struct {
	Code     string
	Quantity int64
}

// edges are the parts of each kit.
type edges map[id.SKU][]id.SKU

// reaches reports whether kit is found among the parts of from, at any depth.
func (e edges) reaches(from, kit id.SKU) bool {
	seen := map[id.SKU]bool{}
	var walk func(id.SKU) bool
	walk = func(s id.SKU) bool {
		if s == kit {
			return true
		}
		if seen[s] {
			return false
		}
		seen[s] = true
		return slices.ContainsFunc(e[s], walk)
	}
	return walk(from)
}

// SetParts says what one piece of a kit is made of, in place of what was said
// before. Problems come as "parts[2].code" and "parts[2].quantity"; a part that
// contains the kit itself is kit_in_itself. The variant as it was seen is
// checked as everywhere.
func SetParts(ctx context.Context, tx *txn.Tx, kit id.SKU, seen int64, parts []PartInput) error {
	// Two people could each put one kit into the other: they wait for each other here.
	if _, err := tx.Exec(ctx, lockPartsSQL); err != nil {
		return fmt.Errorf("lock the parts of kits: %w", err)
	}
	s, _, err := lockSKU(ctx, tx, kit)
	if err != nil {
		return err
	}
	items, err := Lines(ctx, tx, codesOf(parts))
	if err != nil {
		return err
	}
	own, err := ownKind(ctx, tx, s.Product)
	if err != nil {
		return err
	}
	if own != Kit {
		return problem.Refuse("refused.not_a_kit", "sku", s.Code)
	}
	kits, err := partsBelow(ctx, tx, items)
	if err != nil {
		return err
	}
	chosen, v := resolveParts(kit, parts, items, kits)
	if err := v.Err(); err != nil {
		return err
	}
	if s.Version != seen {
		return stale(ctx, tx, s.Product, kit, seen, s.Version)
	}
	before, err := PartsOf(ctx, tx, []id.SKU{kit})
	if err != nil {
		return err
	}
	change := problem.Change{Field: "parts", Before: partsText(before[kit]), After: partsText(chosen)}
	if change.Before == change.After {
		tx.Quiet("the parts were so already")
		return nil
	}
	ids, quantities := make([]int64, len(chosen)), make([]int64, len(chosen))
	for i, p := range chosen {
		ids[i], quantities[i] = int64(p.SKU), p.Quantity
	}
	tx.Queue(clearPartsSQL, -1, nil, kit)
	tx.Queue(addPartsSQL, int64(len(chosen)), nil, kit, ids, quantities)
	tx.Queue(touchSKUSQL, 1, nil, kit)
	tx.Record(txn.Event{Kind: "kit.changed", Subject: about(s.Product), Data: happening{SKU: kit, Code: s.Code, Version: seen + 1, Changes: []problem.Change{change}}})
	return nil
}

const lockPartsSQL = `select pg_advisory_xact_lock(hashtext('catalog_kit_parts'))`

const clearPartsSQL = `delete from catalog_kit_parts where kit_sku_id = $1`

const addPartsSQL = `
	insert into catalog_kit_parts (kit_sku_id, part_sku_id, quantity)
	select $1, p.sku_id, p.quantity from unnest($2::bigint[], $3::bigint[]) as p (sku_id, quantity)`

const touchSKUSQL = `update catalog_skus set version = version + 1 where id = $1`

// resolveParts decides which parts are meant and what is wrong with them.
func resolveParts(kit id.SKU, parts []PartInput, items map[string]Item, kits edges) ([]Part, *problem.Invalid) {
	v := &problem.Invalid{}
	if len(parts) > maxParts {
		v.Add("parts", "too_many_entries", "max", maxParts)
		return nil, v
	}
	var chosen []Part
	for i, p := range parts {
		at := "parts[" + strconv.Itoa(i) + "]."
		item, ok := items[Key(p.Code)]
		switch {
		case strings.TrimSpace(p.Code) == "":
			v.Add(at+"code", "required")
		case !ok:
			v.Add(at+"code", "unknown_sku", "code", strings.TrimSpace(p.Code))
		case item.Kind == Service:
			v.Add(at+"code", "service_in_kit")
		case kits.reaches(item.SKU, kit):
			v.Add(at+"code", "kit_in_itself", "sku", item.Code)
		case slices.ContainsFunc(chosen, func(c Part) bool { return c.SKU == item.SKU }):
			v.Add(at+"code", "part_twice", "sku", item.Code)
		}
		between(v, at+"quantity", p.Quantity, 1, maxInKit)
		if ok {
			chosen = append(chosen, Part{SKU: item.SKU, Code: item.Code, Title: item.Title, Quantity: p.Quantity})
		}
	}
	slices.SortFunc(chosen, func(a, b Part) int { return strings.Compare(Key(a.Code), Key(b.Code)) })
	return chosen, v
}

func codesOf(parts []PartInput) []string {
	codes := make([]string, len(parts))
	for i, p := range parts {
		codes[i] = p.Code
	}
	return codes
}

func partsText(parts []Part) string {
	words := make([]string, len(parts))
	for i, p := range parts {
		words[i] = strconv.FormatInt(p.Quantity, 10) + " × " + p.Code
	}
	return strings.Join(words, ", ")
}

const kindOfSQL = `select kind from catalog_products where id = $1`

func ownKind(ctx context.Context, r pg.Reader, product id.Product) (Kind, error) {
	var k Kind
	err := r.QueryRow(ctx, kindOfSQL, product).Scan(&k)
	return k, missing(err, "product")
}

const partsBelowSQL = `
	with recursive below (kit, part) as (
		select k.kit_sku_id, k.part_sku_id from catalog_kit_parts k where k.kit_sku_id = any ($1)
		union
		select k.kit_sku_id, k.part_sku_id from catalog_kit_parts k join below b on k.kit_sku_id = b.part
	)
	select kit, part from below`

// partsBelow are the parts of the kits among the items, at any depth.
func partsBelow(ctx context.Context, r pg.Reader, items map[string]Item) (edges, error) {
	var kits []int64
	for _, i := range items {
		if i.Kind == Kit {
			kits = append(kits, int64(i.SKU))
		}
	}
	if len(kits) == 0 {
		return nil, nil
	}
	rows, err := r.Query(ctx, partsBelowSQL, kits)
	if err != nil {
		return nil, fmt.Errorf("read kits: %w", err)
	}
	e := edges{}
	var kit, part id.SKU
	_, err = pgx.ForEachRow(rows, []any{&kit, &part}, func() error {
		e[kit] = append(e[kit], part)
		return nil
	})
	return e, err
}

const partsOfSQL = `
	select k.kit_sku_id, s.id, s.product_id, s.code, s.title, p.kind, c.code, k.quantity, coalesce(s.weight_g, 0), s.withdrawn_at is not null
	from catalog_kit_parts k
	join catalog_skus s on s.id = k.part_sku_id
	join catalog_products p on p.id = s.product_id
	join tax_classes c on c.id = p.tax_class_id
	where k.kit_sku_id = any ($1)
	order by k.kit_sku_id, lower(s.code)`

// PartsOf are the parts of each kit as they were said, kits among them not
// taken apart.
func PartsOf(ctx context.Context, r pg.Reader, kits []id.SKU) (map[id.SKU][]Part, error) {
	rows, err := r.Query(ctx, partsOfSQL, kits)
	if err != nil {
		return nil, fmt.Errorf("read kit parts: %w", err)
	}
	parts := map[id.SKU][]Part{}
	var kit id.SKU
	var p Part
	_, err = pgx.ForEachRow(rows, []any{&kit, &p.SKU, &p.Product, &p.Code, &p.Title, &p.Kind, &p.TaxClass, &p.Quantity, &p.WeightG, &p.Withdrawn}, func() error {
		parts[kit] = append(parts[kit], p)
		return nil
	})
	return parts, err
}
