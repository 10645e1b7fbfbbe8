package catalog

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"packhouse/internal/id"
	"packhouse/internal/pg"
)

// Level is how much of a variant lies at a location, for display only: whether
// there is enough is decided by internal/inventory.
type Level struct {
	SKU          id.SKU
	Location     id.Location
	LocationCode string
	LocationName string
	OnHand       int64 // sellable, in pieces
	Reserved     int64
	Safety       int64
	Damaged      int64
	Quarantine   int64
}

// Free is what can still be promised.
func (l Level) Free() int64 { return max(0, l.OnHand-l.Reserved-l.Safety) }

const levelsSQL = `
	select v.sku_id, l.id, l.code, l.name,
	       coalesce(sum(v.on_hand) filter (where v.condition = 'sellable'), 0)::bigint, sum(v.reserved)::bigint, sum(v.safety)::bigint,
	       coalesce(sum(v.on_hand) filter (where v.condition = 'damaged'), 0)::bigint,
	       coalesce(sum(v.on_hand) filter (where v.condition = 'quarantine'), 0)::bigint
	from inventory_levels v join inventory_locations l on l.id = v.location_id
	where v.sku_id = any ($1)
	group by v.sku_id, l.id
	order by v.sku_id, lower(l.code)`

// Levels is the stock of variants by location, as of the last command; soft
// holds that ran out still count as reserved here.
func Levels(ctx context.Context, r pg.Reader, skus []id.SKU) (map[id.SKU][]Level, error) {
	rows, err := r.Query(ctx, levelsSQL, skus)
	if err != nil {
		return nil, fmt.Errorf("read stock for display: %w", err)
	}
	all := map[id.SKU][]Level{}
	var l Level
	_, err = pgx.ForEachRow(rows, []any{&l.SKU, &l.Location, &l.LocationCode, &l.LocationName, &l.OnHand, &l.Reserved, &l.Safety, &l.Damaged, &l.Quarantine}, func() error {
		all[l.SKU] = append(all[l.SKU], l)
		return nil
	})
	return all, err
}

const freeSQL = `
	select v.sku_id, v.location_id, greatest(0, v.on_hand - v.reserved - v.safety)::bigint
	from inventory_levels v join inventory_locations l on l.id = v.location_id
	where v.condition = 'sellable' and l.active and v.sku_id = any ($1)`

// Free is how many pieces of each variant can still be promised, over all
// active locations, for display. Of a kit it is how many its parts make up,
// counted per location: parts in two places make no kit. Services are absent.
func Free(ctx context.Context, r pg.Reader, skus []id.SKU) (map[id.SKU]int64, error) {
	rows, err := r.Query(ctx, leavesSQL, skus)
	if err != nil {
		return nil, fmt.Errorf("read what kits are made of: %w", err)
	}
	recipes := map[id.SKU]map[id.SKU]int64{}
	var wanted []id.SKU
	var sku, part id.SKU
	var n int64
	_, err = pgx.ForEachRow(rows, []any{&sku, &part, &n}, func() error {
		if recipes[sku] == nil {
			recipes[sku] = map[id.SKU]int64{}
		}
		recipes[sku][part] += n
		wanted = append(wanted, part)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read what kits are made of: %w", err)
	}
	if rows, err = r.Query(ctx, freeSQL, wanted); err != nil {
		return nil, fmt.Errorf("read free stock for display: %w", err)
	}
	free := map[id.Location]map[id.SKU]int64{}
	var at id.Location
	_, err = pgx.ForEachRow(rows, []any{&sku, &at, &n}, func() error {
		if free[at] == nil {
			free[at] = map[id.SKU]int64{}
		}
		free[at][sku] = n
		return nil
	})
	return available(recipes, free), err
}

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

// available is how often each recipe can be made up: at each location the
// scarcest part decides.
func available(recipes map[id.SKU]map[id.SKU]int64, free map[id.Location]map[id.SKU]int64) map[id.SKU]int64 {
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
