package inventory

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"packhouse/internal/id"
	"packhouse/internal/money"
	"packhouse/internal/pg"
)

// MovementFilter says which lines of the ledger; zero values narrow nothing.
type MovementFilter struct {
	Bound     []id.Location // of the person; none: all
	SKU       id.SKU
	Location  id.Location
	Bin       id.Bin
	Condition Condition
	Kind      Kind
	Older     int64 // id: only lines before it
	Newer     int64 // id: only lines after it
	Limit     int
}

// Movement is a line of the ledger, with the names it is shown by.
type Movement struct {
	ID           int64
	At           time.Time // when it happened
	SKU          id.SKU
	Code, Title  string
	Location     id.Location
	LocationCode string
	Bin          string
	Condition    Condition
	Lot          string
	Quantity     int64 // pieces; below zero they left
	Kind         Kind
	UnitCost     money.UnitPrice // in the currency of the company
	Reason       string
	Cause        Cause
	Actor        string
}

const movementsSQL = `
	select m.id, m.occurred_at, m.sku_id, s.code, s.title, m.location_id, p.code, b.code, m.condition, m.lot, m.quantity, m.kind,
	       m.unit_cost::text, m.reason, m.cause_type, m.cause_id, m.actor_name
	from inventory_movements m
	join catalog_skus s on s.id = m.sku_id
	join inventory_locations p on p.id = m.location_id
	join inventory_bins b on b.id = m.bin_id
	where ($1::bigint = 0 or m.sku_id = $1) and ($2::bigint = 0 or m.location_id = $2) and (cardinality($3::bigint[]) = 0 or m.location_id = any($3))
	  and ($4::bigint = 0 or m.bin_id = $4) and ($5 = '' or m.condition = $5) and ($6 = '' or m.kind = $6)
	  and ($7::bigint = 0 or m.id < $7) and ($8::bigint = 0 or m.id > $8)
	order by case when $8 = 0 then m.id end desc, case when $8 <> 0 then m.id end
	limit $9`

// Movements are lines of the ledger, newest first. more says that there is
// another page in the direction asked.
func Movements(ctx context.Context, r pg.Reader, f MovementFilter) (page []Movement, more bool, err error) {
	rows, err := r.Query(ctx, movementsSQL, pg.Planned, f.SKU, f.Location, known(f.Bound), f.Bin, string(f.Condition), string(f.Kind), f.Older, f.Newer, f.Limit+1)
	if err != nil {
		return nil, false, fmt.Errorf("read movements: %w", err)
	}
	page, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (m Movement, err error) {
		err = row.Scan(&m.ID, &m.At, &m.SKU, &m.Code, &m.Title, &m.Location, &m.LocationCode, &m.Bin, &m.Condition, &m.Lot, &m.Quantity, &m.Kind,
			&m.UnitCost, &m.Reason, &m.Cause.Type, &m.Cause.ID, &m.Actor)
		return m, err
	})
	if err != nil {
		return nil, false, fmt.Errorf("read movements: %w", err)
	}
	page, more = cut(page, f.Limit, f.Newer != 0)
	return page, more, nil
}

const ledgerSumSQL = `
	select coalesce(sum(m.quantity), 0)::bigint
	from inventory_movements m
	where m.sku_id = $1 and ($2::bigint = 0 or m.location_id = $2) and (cardinality($3::bigint[]) = 0 or m.location_id = any($3))
	  and ($4::bigint = 0 or m.bin_id = $4) and ($5 = '' or m.condition = $5) and ($6::bigint = 0 or m.id <= $6)`

// LedgerSum adds up the movements of a SKU within the filter, up to and with
// the line upTo (0: all of them).
func LedgerSum(ctx context.Context, r pg.Reader, f MovementFilter, upTo int64) (int64, error) {
	var sum int64
	err := r.QueryRow(ctx, ledgerSumSQL, pg.Planned, f.SKU, f.Location, known(f.Bound), f.Bin, string(f.Condition), upTo).Scan(&sum)
	if err != nil {
		return 0, fmt.Errorf("add up the ledger: %w", err)
	}
	return sum, nil
}

// ReservationFilter says which reservations; zero values narrow nothing.
type ReservationFilter struct {
	Bound    []id.Location
	SKU      id.SKU
	Location id.Location
	Older    id.Allocation
	Newer    id.Allocation
	Limit    int
}

// Reservation is a live allocation, with the names it is shown by.
type Reservation struct {
	ID           id.Allocation
	Order        id.Order
	Number       string
	Position     int // of the line on its order
	SKU          id.SKU
	Code, Title  string
	LocationCode string
	Quantity     int64
	Soft         bool
	Expires      time.Time // soft only
	At           time.Time
}

const reservationsSQL = `
	select a.id, a.order_id, o.number, n.position, a.sku_id, s.code, s.title, p.code, a.quantity, a.state = 'soft', coalesce(a.expires_at, 'epoch'), a.created_at
	from inventory_allocations a
	join sales_orders o on o.id = a.order_id
	join sales_order_lines n on n.id = a.line_id
	join catalog_skus s on s.id = a.sku_id
	join inventory_locations p on p.id = a.location_id
	where a.kind = 'on_hand' and a.state in ('soft', 'firm') and (a.state = 'firm' or a.expires_at > now())
	  and ($1::bigint = 0 or a.sku_id = $1) and ($2::bigint = 0 or a.location_id = $2) and (cardinality($3::bigint[]) = 0 or a.location_id = any($3))
	  and ($4::bigint = 0 or a.id < $4) and ($5::bigint = 0 or a.id > $5)
	order by case when $5 = 0 then a.id end desc, case when $5 <> 0 then a.id end
	limit $6`

// Reservations are the allocations behind a reserved number, newest first.
// more says that there is another page in the direction asked.
func Reservations(ctx context.Context, r pg.Reader, f ReservationFilter) (page []Reservation, more bool, err error) {
	rows, err := r.Query(ctx, reservationsSQL, pg.Planned, f.SKU, f.Location, known(f.Bound), f.Older, f.Newer, f.Limit+1)
	if err != nil {
		return nil, false, fmt.Errorf("read reservations: %w", err)
	}
	page, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (a Reservation, err error) {
		err = row.Scan(&a.ID, &a.Order, &a.Number, &a.Position, &a.SKU, &a.Code, &a.Title, &a.LocationCode, &a.Quantity, &a.Soft, &a.Expires, &a.At)
		return a, err
	})
	if err != nil {
		return nil, false, fmt.Errorf("read reservations: %w", err)
	}
	page, more = cut(page, f.Limit, f.Newer != 0)
	return page, more, nil
}

// InBin is how many pieces of a SKU lie in one bin.
type InBin struct {
	Bin       id.Bin
	Code      string
	Location  id.Location
	Condition Condition
	Lot       string
	Pieces    int64
}

const binStockSQL = `
	select b.id, b.code, b.location_id, s.condition, s.lot, s.quantity
	from inventory_bin_stock s
	join inventory_bins b on b.id = s.bin_id
	where s.sku_id = $1 and s.quantity > 0 and (cardinality($2::bigint[]) = 0 or b.location_id = any($2))
	order by b.location_id, b.walk, b.code, s.condition, s.lot`

// BinStock is where the pieces of a SKU lie.
func BinStock(ctx context.Context, r pg.Reader, sku id.SKU, bound []id.Location) ([]InBin, error) {
	rows, err := r.Query(ctx, binStockSQL, sku, known(bound))
	if err != nil {
		return nil, fmt.Errorf("read where SKU %d lies: %w", sku, err)
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (b InBin, err error) {
		err = row.Scan(&b.Bin, &b.Code, &b.Location, &b.Condition, &b.Lot, &b.Pieces)
		return b, err
	})
}

// Named is a SKU as stock pages call it.
type Named struct {
	ID          id.SKU
	Code, Title string
}

const skuNamedSQL = `
	select s.id, s.code, s.title
	from catalog_skus s
	join catalog_products p on p.id = s.product_id and p.kind = 'goods'
	where ($1::bigint <> 0 and s.id = $1) or ($2 <> '' and lower(s.code) = lower($2))
	   or ($2 <> '' and s.id = (select b.sku_id from catalog_barcodes b where b.code = $2))
	order by lower(s.code) = lower($2) desc
	limit 1`

// SKUNamed finds goods by id (sku not zero), or by code or barcode as typed or
// scanned, for display.
func SKUNamed(ctx context.Context, r pg.Reader, sku id.SKU, code string) (Named, error) {
	var n Named
	err := r.QueryRow(ctx, skuNamedSQL, pg.Planned, sku, code).Scan(&n.ID, &n.Code, &n.Title)
	return n, missing(err, "sku")
}

const skusLikeSQL = `
	select s.id, s.code, s.title
	from catalog_skus s
	join catalog_products p on p.id = s.product_id and p.kind = 'goods'
	where ($1 = '' or s.search like $1) and ($2 = '' or s.search like $2) and ($3 = '' or s.search like $3)
	order by lower(s.code)
	limit $4`

// SKUsLike are goods whose code or title holds the words, for a field that
// suggests.
func SKUsLike(ctx context.Context, r pg.Reader, words string, limit int) ([]Named, error) {
	w := patterns(words)
	rows, err := r.Query(ctx, skusLikeSQL, pg.Planned, w[0], w[1], w[2], limit)
	if err != nil {
		return nil, fmt.Errorf("find goods: %w", err)
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (n Named, err error) {
		err = row.Scan(&n.ID, &n.Code, &n.Title)
		return n, err
	})
}
