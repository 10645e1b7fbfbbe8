package catalog

import (
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

// Rules is the read of the rules of variants into dest, to travel with others.
func Rules(dest *[]Rule, skus []id.SKU) pg.Query {
	return pg.Many(dest, pgx.RowToStructByPos[Rule], rulesSQL, skus)
}
