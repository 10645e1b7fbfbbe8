package catalog

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"packhouse/internal/id"
	"packhouse/internal/pg"
)

// Recipe is the goods that one piece of a variant takes from the shelf: itself
// for goods, its parts taken apart for a kit, nothing for a service.
type Recipe map[id.SKU]int64

// A variant that is no kit is made of one piece of itself; a service of nothing.
const leavesSQL = `
	with recursive part (sku_id, part_id, quantity, depth) as (
	    select s.id, s.id, 1::bigint, 0 from catalog_skus s where s.id = any ($1)
	    union all
	    select part.sku_id, k.part_sku_id, least(part.quantity * k.quantity, 1000000000), part.depth + 1
	    from part join catalog_kit_parts k on k.kit_sku_id = part.part_id
	    where part.depth < 10
	)
	select part.sku_id, part.part_id, sum(part.quantity)::bigint
	from part join catalog_skus s on s.id = part.part_id join catalog_products p on p.id = s.product_id
	where p.kind = 'goods'
	group by part.sku_id, part.part_id`

// Recipes are the recipes of variants. Services are absent.
func Recipes(ctx context.Context, r pg.Reader, skus []id.SKU) (map[id.SKU]Recipe, error) {
	rows, err := r.Query(ctx, leavesSQL, skus)
	if err != nil {
		return nil, fmt.Errorf("read what kits are made of: %w", err)
	}
	recipes := map[id.SKU]Recipe{}
	var sku, part id.SKU
	var n int64
	_, err = pgx.ForEachRow(rows, []any{&sku, &part, &n}, func() error {
		if recipes[sku] == nil {
			recipes[sku] = Recipe{}
		}
		recipes[sku][part] += n
		return nil
	})
	return recipes, err
}

// MadeUp is how often each recipe can be made up from the free pieces at each
// location: the scarcest part decides, and parts in two places make no kit.
func MadeUp(recipes map[id.SKU]Recipe, free map[id.Location]map[id.SKU]int64) map[id.SKU]int64 {
	out := make(map[id.SKU]int64, len(recipes))
	for sku, parts := range recipes {
		out[sku] = 0
		for _, here := range free {
			least := int64(-1)
			for part, n := range parts {
				if can := here[part] / n; least < 0 || can < least {
					least = can
				}
			}
			out[sku] += max(0, least)
		}
	}
	return out
}
