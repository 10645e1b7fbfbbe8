package catalog

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"packhouse/internal/id"
	"packhouse/internal/pg"
	"packhouse/internal/problem"
	"packhouse/internal/txn"
)

// Substitute may stand in for a variant that is not there.
type Substitute struct {
	SKU       id.SKU
	Product   id.Product
	Code      string
	Title     string
	Withdrawn bool
}

// SetSubstitutes says what may stand in for a variant, the best first, by SKU
// codes or barcodes. Problems come as "substitutes[1]".
func SetSubstitutes(ctx context.Context, tx *txn.Tx, sku id.SKU, seen int64, codes []string) error {
	s, _, err := lockSKU(ctx, tx, sku)
	if err != nil {
		return err
	}
	items, err := Lines(ctx, tx, codes)
	if err != nil {
		return err
	}
	chosen, names, v := resolveSubstitutes(sku, codes, items)
	if err := v.Err(); err != nil {
		return err
	}
	if s.Version != seen {
		return stale(ctx, tx, s.Product, sku, seen, s.Version)
	}
	before, err := SubstitutesOf(ctx, tx, []id.SKU{sku})
	if err != nil {
		return err
	}
	var old []string
	for _, b := range before[sku] {
		old = append(old, b.Code)
	}
	change := problem.Change{Field: "substitutes", Before: strings.Join(old, ", "), After: strings.Join(names, ", ")}
	if change.Before == change.After {
		tx.Quiet("the substitutes were so already")
		return nil
	}
	tx.Queue(clearSubstitutesSQL, -1, nil, sku)
	tx.Queue(addSubstitutesSQL, int64(len(chosen)), nil, sku, chosen)
	tx.Queue(touchSKUSQL, 1, nil, sku)
	tx.Record(txn.Event{Kind: "substitutes.changed", Subject: about(s.Product), Data: happening{SKU: sku, Code: s.Code, Version: seen + 1, Changes: []problem.Change{change}}})
	return nil
}

func resolveSubstitutes(sku id.SKU, codes []string, items map[string]Item) (ids []int64, names []string, v *problem.Invalid) {
	v = &problem.Invalid{}
	if len(codes) > maxParts {
		v.Add("substitutes", "too_many_entries", "max", maxParts)
		return nil, nil, v
	}
	seen := map[id.SKU]bool{}
	for i, code := range codes {
		at := "substitutes[" + strconv.Itoa(i) + "]"
		item, ok := items[Key(code)]
		switch {
		case strings.TrimSpace(code) == "":
			v.Add(at, "required")
		case !ok:
			v.Add(at, "unknown_sku", "code", strings.TrimSpace(code))
		case item.SKU == sku:
			v.Add(at, "substitute_itself")
		case !seen[item.SKU]: // the same one twice is once
			seen[item.SKU] = true
			ids, names = append(ids, int64(item.SKU)), append(names, item.Code)
		}
	}
	return ids, names, v
}

const clearSubstitutesSQL = `delete from catalog_substitutes where sku_id = $1`

const addSubstitutesSQL = `
	insert into catalog_substitutes (sku_id, substitute_sku_id, position)
	select $1, s.sku_id, s.position from unnest($2::bigint[]) with ordinality as s (sku_id, position)`

const substitutesSQL = `
	select b.sku_id, s.id, s.product_id, s.code, s.title, s.withdrawn_at is not null
	from catalog_substitutes b join catalog_skus s on s.id = b.substitute_sku_id
	where b.sku_id = any ($1)
	order by b.sku_id, b.position`

// SubstitutesOf are what may stand in for each variant, the best first.
func SubstitutesOf(ctx context.Context, r pg.Reader, skus []id.SKU) (map[id.SKU][]Substitute, error) {
	rows, err := r.Query(ctx, substitutesSQL, skus)
	if err != nil {
		return nil, fmt.Errorf("read substitutes: %w", err)
	}
	return related(rows)
}
