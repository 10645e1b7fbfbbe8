package catalog

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"packhouse/internal/id"
	"packhouse/internal/pg"
)

// Rule is what a variant asks of a quantity, in pieces, and whether it may
// still be ordered.
type Rule struct {
	SKU       id.SKU
	Code      string
	Pack      int
	Min       int
	Withdrawn bool
}

const rulesSQL = `
	select s.id, s.code, s.pack_size, s.min_quantity, s.withdrawn_at is not null
	from catalog_skus s
	where s.id = any($1)`

// Rules reads the rules of variants, in one query.
func Rules(ctx context.Context, r pg.Reader, skus []id.SKU) ([]Rule, error) {
	if len(skus) == 0 {
		return nil, nil
	}
	rows, err := r.Query(ctx, rulesSQL, skus)
	if err != nil {
		return nil, fmt.Errorf("read the rules of variants: %w", err)
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[Rule])
}
