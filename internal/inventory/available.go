package inventory

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"packhouse/internal/id"
	"packhouse/internal/pg"
)

// AllocationsOf reads an order's live allocations, for pages.
func AllocationsOf(ctx context.Context, r pg.Reader, order id.Order) ([]Allocation, error) {
	rows, err := r.Query(ctx, ofOrderSQL, order)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, scanAllocation)
}

const levelsForSQL = `
	select l.sku_id, l.location_id, l.on_hand, l.reserved, l.safety,
	       coalesce((select sum(a.quantity)::int
	                 from inventory_allocations a
	                 where a.sku_id = l.sku_id and a.location_id = l.location_id and a.state = 'soft' and a.expires_at <= now()), 0)
	from inventory_levels l
	where l.sku_id = any($1) and l.location_id = any($2) and l.condition = 'sellable'
	order by l.sku_id, l.location_id`

// LevelsFor reads the levels that needs could be served from, without a lock:
// what Decide makes of them is a forecast.
func LevelsFor(ctx context.Context, r pg.Reader, needs []Need, terms Terms) ([]Level, error) {
	return levels(ctx, r, skusOf(needs), terms.Locations)
}

func levels(ctx context.Context, r pg.Reader, skus []id.SKU, places []id.Location) ([]Level, error) {
	rows, err := r.Query(ctx, levelsForSQL, skus, places)
	if err != nil {
		return nil, fmt.Errorf("read stock levels: %w", err)
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[Level])
}
