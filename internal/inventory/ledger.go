package inventory

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"packhouse/internal/id"
	"packhouse/internal/money"
	"packhouse/internal/problem"
	"packhouse/internal/txn"
)

// shelf is a level: one SKU at one location in one condition.
type shelf struct {
	SKU       id.SKU
	Location  id.Location
	Condition Condition
}

func (s shelf) compare(o shelf) int {
	switch {
	case s.SKU != o.SKU:
		return int(s.SKU - o.SKU)
	case s.Location != o.Location:
		return int(s.Location - o.Location)
	}
	return slices.Index(lockOrder, s.Condition) - slices.Index(lockOrder, o.Condition)
}

// lockOrder is the order in which PostgreSQL sorts the conditions.
var lockOrder = []Condition{Damaged, Quarantine, Sellable}

// held is a locked level, with the names that its events carry. main is the
// location's bin for what nobody placed.
type held struct {
	onHand   int
	reserved int
	safety   int
	sku      string
	location string
	main     id.Bin
}

const ensureLevelsSQL = `
	insert into inventory_levels (sku_id, location_id, condition)
	select w.sku_id, w.location_id, w.condition
	from (select unnest($1::bigint[]) as sku_id, unnest($2::bigint[]) as location_id, unnest($3::text[]) as condition) w
	order by w.sku_id, w.location_id, w.condition
	on conflict do nothing`

const lockShelvesSQL = `
	select l.sku_id, l.location_id, l.condition, l.on_hand, l.reserved, l.safety, s.code, p.code, coalesce(b.id, 0)
	from inventory_levels l
	join catalog_skus s on s.id = l.sku_id
	join inventory_locations p on p.id = l.location_id
	left join inventory_bins b on b.location_id = l.location_id and b.main
	where (l.sku_id, l.location_id, l.condition) in (select unnest($1::bigint[]), unnest($2::bigint[]), unnest($3::text[]))
	order by l.sku_id, l.location_id, l.condition
	for no key update of l`

// Soft holds that have ended are still counted in reserved; they must not keep
// a correction from being made. The levels are locked, so nobody reserves
// between the two steps.
const releaseEndedSQL = `
	with gone as (
		update inventory_allocations a
		set state = 'released'
		where a.state = 'soft' and a.expires_at <= now()
		  and (a.sku_id, a.location_id) in (select unnest($1::bigint[]), unnest($2::bigint[]))
		returning a.sku_id, a.location_id, a.quantity),
	less as (
		select g.sku_id, g.location_id, sum(g.quantity)::int as pieces
		from gone g
		group by g.sku_id, g.location_id)
	update inventory_levels l
	set reserved = l.reserved - less.pieces
	from less
	where l.sku_id = less.sku_id and l.location_id = less.location_id and l.condition = 'sellable'
	returning l.sku_id, l.location_id, l.reserved`

// lockShelves makes the levels that are not there yet and locks all of them.
func lockShelves(ctx context.Context, tx *txn.Tx, want []shelf) (map[shelf]*held, error) {
	want = slices.Clone(want)
	slices.SortFunc(want, shelf.compare)
	want = slices.Compact(want)
	skus, places, conditions := make([]id.SKU, len(want)), make([]id.Location, len(want)), make([]Condition, len(want))
	for i, w := range want {
		skus[i], places[i], conditions[i] = w.SKU, w.Location, w.Condition
	}
	sellSKUs, sellPlaces := sellable(want)
	got := make(map[shelf]*held, len(want))
	tx.Queue(ensureLevelsSQL, -1, nil, skus, places, conditions)
	tx.Read(lockShelvesSQL, func(rows pgx.Rows) error {
		for rows.Next() {
			var s shelf
			var h held
			if err := rows.Scan(&s.SKU, &s.Location, &s.Condition, &h.onHand, &h.reserved, &h.safety, &h.sku, &h.location, &h.main); err != nil {
				return err
			}
			got[s] = &h
		}
		return rows.Err()
	}, skus, places, conditions)
	tx.Read(releaseEndedSQL, func(rows pgx.Rows) error {
		for rows.Next() {
			s := shelf{Condition: Sellable}
			var reserved int
			if err := rows.Scan(&s.SKU, &s.Location, &reserved); err != nil {
				return err
			}
			if h := got[s]; h != nil {
				h.reserved = reserved
			}
		}
		return rows.Err()
	}, sellSKUs, sellPlaces)
	if err := tx.Flush(ctx); err != nil {
		return nil, unknownPlace(err, "lock stock levels")
	}
	if len(got) != len(want) {
		return nil, fmt.Errorf("inventory: %d levels locked where %d were meant", len(got), len(want))
	}
	return got, nil
}

// sellable are the places of the sellable levels among s: only those are
// locked against a sweep.
func sellable(s []shelf) (skus []id.SKU, places []id.Location) {
	for _, w := range s {
		if w.Condition == Sellable {
			skus, places = append(skus, w.SKU), append(places, w.Location)
		}
	}
	return skus, places
}

// entry is one line to be written to the ledger.
type entry struct {
	shelf
	Bin      id.Bin
	Lot      string
	Quantity int
	Kind     Kind
	Cost     money.UnitPrice // of one piece; zero takes that of the last movement of the SKU here
	Reason   string
	Cause    Cause
	Pair     id.Key // of a move: both lines carry it
}

// Cause is what a movement belongs to, such as a receipt or a count.
type Cause struct {
	Type string
	ID   int64
}

// The level moves by its own condition too: should a future caller forget the
// lock, nothing falls below zero or below what is reserved.
const levelSQL = `
	update inventory_levels
	set on_hand = on_hand + $4
	where sku_id = $1 and location_id = $2 and condition = $3 and on_hand + $4 >= reserved`

// The bin must be one of this location; where it is not, no row changes.
const fillBinSQL = `
	insert into inventory_bin_stock (bin_id, sku_id, condition, lot, quantity)
	select b.id, $1, $4, $5, $6
	from inventory_bins b
	where b.id = $3 and b.location_id = $2
	on conflict (sku_id, bin_id, condition, lot) do update set quantity = inventory_bin_stock.quantity + excluded.quantity`

const emptyBinSQL = `
	update inventory_bin_stock s
	set quantity = s.quantity + $6
	from inventory_bins b
	where b.id = $3 and b.location_id = $2 and s.bin_id = b.id and s.sku_id = $1 and s.condition = $4 and s.lot = $5 and s.quantity + $6 >= 0`

const movementSQL = `
	insert into inventory_movements (sku_id, location_id, bin_id, condition, lot, quantity, kind, unit_cost, reason, cause_type, cause_id, pair, command_key, seq, occurred_at, actor_name)
	select $1, $2, $3, $4, $5, $6, $7,
	       coalesce(nullif($8::numeric, 0), (select m.unit_cost from inventory_movements m where m.sku_id = $1 and m.location_id = $2 order by m.id desc limit 1), 0),
	       $9, $10, $11, nullif($12, '')::uuid, $13::uuid, $14, $15, $16`

// post writes the entry: its movement, the level and the bin, in one batch. The
// level is locked and the bin was seen to hold enough; short is what is said if
// it does not after all.
func post(tx *txn.Tx, e entry, short error) {
	tx.Queue(levelSQL, 1, errLevels, e.SKU, e.Location, e.Condition, e.Quantity)
	bin := fillBinSQL
	if e.Quantity < 0 {
		bin = emptyBinSQL
	}
	tx.Queue(bin, 1, short, e.SKU, e.Location, e.Bin, e.Condition, e.Lot, e.Quantity)
	tx.Queue(movementSQL, 1, nil, e.SKU, e.Location, e.Bin, e.Condition, e.Lot, e.Quantity, e.Kind, e.Cost,
		e.Reason, e.Cause.Type, e.Cause.ID, string(e.Pair), string(tx.Key()), tx.Next(), tx.At(), tx.Actor().Name)
}

const contentsSQL = `
	select b.id, b.code, s.sku_id, s.condition, s.lot, s.quantity
	from inventory_bins b
	left join inventory_bin_stock s on s.bin_id = b.id and s.sku_id = any($2)
	where b.id = any($1)`

type binContents struct {
	code string
	in   map[binPlace]int
}

type binPlace struct {
	sku       id.SKU
	condition Condition
	lot       string
}

// readBins reads what the bins hold of the SKUs. The levels above them are
// locked, so it stays true until the command ends.
func readBins(ctx context.Context, tx *txn.Tx, bins []id.Bin, skus []id.SKU) (map[id.Bin]*binContents, error) {
	got := map[id.Bin]*binContents{}
	rows, err := tx.Query(ctx, contentsSQL, bins, skus)
	if err != nil {
		return nil, fmt.Errorf("read bins: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var bin id.Bin
		var code string
		var sku *id.SKU
		var condition *Condition
		var lot *string
		var pieces *int
		if err := rows.Scan(&bin, &code, &sku, &condition, &lot, &pieces); err != nil {
			return nil, fmt.Errorf("read bins: %w", err)
		}
		if got[bin] == nil {
			got[bin] = &binContents{code: code, in: map[binPlace]int{}}
		}
		if sku != nil {
			got[bin].in[binPlace{*sku, *condition, *lot}] += *pieces
		}
	}
	return got, rows.Err()
}

// binShort is the refusal when a bin holds fewer pieces than are to leave it.
func binShort(bin string, holds, wanted int) error {
	return problem.Refuse("refused.bin_short", "bin", bin, "holds", holds, "wanted", wanted)
}
