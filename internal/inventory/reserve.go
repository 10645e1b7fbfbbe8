package inventory

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"packhouse/internal/id"
	"packhouse/internal/txn"
)

// Need is what one line of an order asks for, in pieces.
type Need struct {
	Line     id.Line
	SKU      id.SKU
	Quantity int
}

// Terms say where a channel's orders may be served from: locations in the
// order in which they are asked, and the pieces of each SKU and location that
// this channel must leave untouched.
type Terms struct {
	Locations []id.Location
	Buffer    int
}

// Level is how much of one SKU lies sellable at one location, in pieces.
// Expired is the part of Reserved whose soft hold has ended.
type Level struct {
	SKU      id.SKU
	Location id.Location
	OnHand   int
	Reserved int
	Safety   int
	Expired  int
}

// Free is what can still be promised.
func (l Level) Free() int { return max(0, l.OnHand-l.Reserved+l.Expired-l.Safety) }

// Share is a part of a line served from one location.
type Share struct {
	Line     id.Line
	SKU      id.SKU
	Location id.Location
	Quantity int
}

// Short is what a line could not get. Free is what was left of the SKU for it.
type Short struct {
	Line    id.Line
	SKU     id.SKU
	Wanted  int
	Free    int
	Missing int
}

// Plan says which location serves what, and what is short.
type Plan struct {
	Shares []Share
	Shorts []Short
}

// Decide shares out levels to needs: each line takes from the locations in
// their order, capped by what the lines before it left. It touches no
// database. Two lines of one SKU are served from one and the same remainder.
func Decide(needs []Need, levels []Level, terms Terms) Plan {
	free := make(map[place]int, len(levels))
	for _, l := range levels {
		free[place{l.SKU, l.Location}] = max(0, l.Free()-terms.Buffer)
	}
	var p Plan
	for _, n := range needs {
		left, seen := n.Quantity, 0
		for _, at := range terms.Locations {
			key := place{n.SKU, at}
			seen += free[key]
			take := min(left, free[key])
			if take <= 0 {
				continue
			}
			free[key] -= take
			left -= take
			p.Shares = append(p.Shares, Share{n.Line, n.SKU, at, take})
			if left == 0 {
				break
			}
		}
		if left > 0 {
			p.Shorts = append(p.Shorts, Short{Line: n.Line, SKU: n.SKU, Wanted: n.Quantity, Free: seen, Missing: left})
		}
	}
	return p
}

type place struct {
	sku id.SKU
	at  id.Location
}

// Rows are locked one after the other in the one order of the house, so two
// commands can wait for each other but never in a circle.
const lockSQL = `
	select l.sku_id, l.location_id, l.on_hand, l.reserved, l.safety
	from inventory_levels l
	where l.sku_id = any($1) and l.location_id = any($2) and l.condition = 'sellable'
	order by l.sku_id, l.location_id
	for no key update`

const expiredSQL = `
	with gone as (
		update inventory_allocations a
		set state = 'released'
		where a.state = 'soft' and a.expires_at <= now() and a.sku_id = any($1) and a.location_id = any($2) and a.order_id <> $3
		returning a.sku_id, a.location_id, a.quantity)
	select g.sku_id, g.location_id, sum(g.quantity)::int
	from gone g
	group by g.sku_id, g.location_id`

// Lock takes the levels of the needed SKUs at the locations, in the order of
// the house, and ends the soft holds of other orders that have expired. What
// those held comes back as Expired and is taken off reserved by Reserve.
func Lock(ctx context.Context, tx *txn.Tx, order id.Order, needs []Need, terms Terms) ([]Level, error) {
	skus := skusOf(needs)
	if len(skus) == 0 {
		return nil, nil
	}
	var levels []Level
	tx.Read(lockSQL, func(rows pgx.Rows) (err error) {
		levels, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (l Level, err error) {
			err = row.Scan(&l.SKU, &l.Location, &l.OnHand, &l.Reserved, &l.Safety)
			return l, err
		})
		return err
	}, skus, terms.Locations)
	tx.Read(expiredSQL, func(rows pgx.Rows) error {
		var sku id.SKU
		var at id.Location
		var pieces int
		_, err := pgx.ForEachRow(rows, []any{&sku, &at, &pieces}, func() error {
			for i := range levels {
				if levels[i].SKU == sku && levels[i].Location == at {
					levels[i].Expired = pieces
					return nil
				}
			}
			return fmt.Errorf("inventory: an expired hold of SKU %d at location %d has no level", sku, at)
		})
		return err
	}, skus, terms.Locations, order)
	if err := tx.Flush(ctx); err != nil {
		return nil, fmt.Errorf("lock stock levels: %w", err)
	}
	return levels, nil
}

func skusOf(needs []Need) []id.SKU {
	skus := make([]id.SKU, 0, len(needs))
	for _, n := range needs {
		skus = append(skus, n.SKU)
	}
	slices.Sort(skus)
	return slices.Compact(skus)
}

// The condition stands in the statement although the rows are locked: should a
// future caller forget the lock, the count of rows says so and nothing is
// oversold. Expired holds leave in the same step.
const reserveSQL = `
	update inventory_levels l
	set reserved = l.reserved + c.more
	from (select unnest($1::bigint[]) as sku_id, unnest($2::bigint[]) as location_id, unnest($3::int[]) as more) c
	where l.sku_id = c.sku_id and l.location_id = c.location_id and l.condition = 'sellable'
	  and (c.more <= 0 or l.on_hand - l.reserved - l.safety >= c.more)`

const allocateSQL = `
	insert into inventory_allocations (order_id, line_id, sku_id, location_id, quantity, state, expires_at, created_at)
	select $1, unnest($2::bigint[]), unnest($3::bigint[]), unnest($4::bigint[]), unnest($5::int[]), $6, $7, $8`

// Reserve writes the plan's shares as allocations of the order and counts them
// into the levels that Lock locked. until is the end of a soft hold; zero
// makes them firm.
func Reserve(tx *txn.Tx, order id.Order, shares []Share, levels []Level, until time.Time) error {
	change := make(map[place]int)
	for _, l := range levels {
		if l.Expired > 0 {
			change[place{l.SKU, l.Location}] -= l.Expired
		}
	}
	state, expires := "firm", any(nil)
	if !until.IsZero() {
		state, expires = "soft", until
	}
	lines, skus := make([]id.Line, len(shares)), make([]id.SKU, len(shares))
	places, pieces := make([]id.Location, len(shares)), make([]int, len(shares))
	for i, s := range shares {
		change[place{s.SKU, s.Location}] += s.Quantity
		lines[i], skus[i], places[i], pieces[i] = s.Line, s.SKU, s.Location, s.Quantity
	}
	count(tx, change)
	if len(shares) > 0 {
		tx.Queue(allocateSQL, int64(len(shares)), nil, order, lines, skus, places, pieces, state, expires, tx.Now())
	}
	return nil
}

// count queues the change of reserved per level.
func count(tx *txn.Tx, change map[place]int) {
	var skus []id.SKU
	var places []id.Location
	var more []int
	for p, n := range change {
		if n != 0 {
			skus, places, more = append(skus, p.sku), append(places, p.at), append(more, n)
		}
	}
	if len(skus) > 0 {
		tx.Queue(reserveSQL, int64(len(skus)), errLevels, skus, places, more)
	}
}

var errLevels = fmt.Errorf("inventory: a locked level could not take its reservation")

// Allocation is a live claim of a line on stock.
type Allocation struct {
	ID       id.Allocation
	Line     id.Line
	SKU      id.SKU
	Location id.Location
	Quantity int
	Soft     bool
	Expires  time.Time // soft only
}

const ofOrderSQL = `
	select a.id, a.line_id, a.sku_id, a.location_id, a.quantity, a.state = 'soft', coalesce(a.expires_at, 'epoch')
	from inventory_allocations a
	where a.order_id = $1 and a.state in ('soft', 'firm') and a.kind = 'on_hand'
	order by a.sku_id, a.location_id, a.id`

// ReadAllocations queues the read of an order's live allocations. Whoever
// holds the order's lock is the only one to change them, but for the sweep of
// soft holds that have ended: see Ending and LockAllocations.
func ReadAllocations(tx *txn.Tx, order id.Order, dest *[]Allocation) {
	txn.ReadAll(tx, dest, scanAllocation, ofOrderSQL, order)
}

// Ending reports whether a sweep may take the allocation while a command runs.
func (a Allocation) Ending(now time.Time) bool {
	return a.Soft && a.Expires.Before(now.Add(longestCommand))
}

const longestCommand = 30 * time.Second

const lockOfSQL = `
	select l.sku_id
	from inventory_levels l
	where l.condition = 'sellable' and (l.sku_id, l.location_id) in (
		select a.sku_id, a.location_id
		from inventory_allocations a
		where a.order_id = $1 and a.state in ('soft', 'firm') and a.kind = 'on_hand')
	order by l.sku_id, l.location_id
	for no key update`

// LockAllocations locks the levels behind an order's allocations, in the order
// of the house, and then reads the allocations: nobody can sweep them any more.
func LockAllocations(ctx context.Context, tx *txn.Tx, order id.Order) ([]Allocation, error) {
	var got []Allocation
	tx.Read(lockOfSQL, func(rows pgx.Rows) error {
		for rows.Next() {
		}
		return rows.Err()
	}, order)
	ReadAllocations(tx, order, &got)
	if err := tx.Flush(ctx); err != nil {
		return nil, fmt.Errorf("lock the order's stock: %w", err)
	}
	return got, nil
}

func scanAllocation(row pgx.CollectableRow) (a Allocation, err error) {
	err = row.Scan(&a.ID, &a.Line, &a.SKU, &a.Location, &a.Quantity, &a.Soft, &a.Expires)
	return a, err
}

const firmSQL = `
	update inventory_allocations
	set state = 'firm', expires_at = null
	where id = any($1) and state = 'soft'`

// Firm makes soft allocations lasting. Those past their end that nobody swept
// are still counted in reserved, so they may be kept once LockAllocations has
// shut the sweep out.
func Firm(tx *txn.Tx, soft []Allocation) {
	if len(soft) == 0 {
		return
	}
	ids := make([]id.Allocation, len(soft))
	for i, a := range soft {
		ids[i] = a.ID
	}
	tx.Queue(firmSQL, int64(len(ids)), fmt.Errorf("inventory: a soft hold ended while it was made firm"), ids)
}

const releaseSQL = `
	update inventory_allocations a
	set state = case when a.quantity = c.less then 'released' else a.state end,
	    quantity = case when a.quantity = c.less then a.quantity else a.quantity - c.less end
	from (select unnest($1::bigint[]) as id, unnest($2::int[]) as less) c
	where a.id = c.id and a.state in ('soft', 'firm') and a.quantity >= c.less`

// Release frees allocations, or parts of them: quantities[i] pieces of
// from[i]. They come from LockAllocations.
func Release(tx *txn.Tx, from []Allocation, quantities []int) {
	if len(from) == 0 {
		return
	}
	ids, change := make([]id.Allocation, len(from)), make(map[place]int)
	for i, a := range from {
		ids[i] = a.ID
		change[place{a.SKU, a.Location}] -= quantities[i]
	}
	tx.Queue(releaseSQL, int64(len(ids)), fmt.Errorf("inventory: an allocation was gone before its release"), ids, quantities)
	count(tx, change)
}

const sweepLockSQL = `
	select l.sku_id, l.location_id
	from inventory_levels l
	where l.condition = 'sellable' and exists (
		select 1 from inventory_allocations a
		where a.sku_id = l.sku_id and a.location_id = l.location_id and a.state = 'soft' and a.expires_at <= now())
	order by l.sku_id, l.location_id
	limit 500
	for no key update`

const sweepSQL = `
	with gone as (
		update inventory_allocations a
		set state = 'released'
		from (select unnest($1::bigint[]) as sku_id, unnest($2::bigint[]) as location_id) p
		where a.sku_id = p.sku_id and a.location_id = p.location_id and a.state = 'soft' and a.expires_at <= now()
		returning a.sku_id, a.location_id, a.quantity),
	less as (
		select g.sku_id, g.location_id, sum(g.quantity)::int as pieces
		from gone g
		group by g.sku_id, g.location_id)
	update inventory_levels l
	set reserved = l.reserved - less.pieces
	from less
	where l.sku_id = less.sku_id and l.location_id = less.location_id and l.condition = 'sellable'`

// Sweep ends expired soft holds, 500 levels at a time, and answers how many
// levels it tidied. Nothing depends on it: readers and reservers look at the
// clock themselves.
func Sweep(ctx context.Context, tx *txn.Tx) (int, error) {
	rows, err := tx.Query(ctx, sweepLockSQL)
	if err != nil {
		return 0, err
	}
	var skus []id.SKU
	var places []id.Location
	var sku id.SKU
	var at id.Location
	if _, err := pgx.ForEachRow(rows, []any{&sku, &at}, func() error {
		skus, places = append(skus, sku), append(places, at)
		return nil
	}); err != nil || len(skus) == 0 {
		return 0, err
	}
	tag, err := tx.Exec(ctx, sweepSQL, skus, places)
	return int(tag.RowsAffected()), err
}
