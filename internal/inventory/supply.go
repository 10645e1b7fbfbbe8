package inventory

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"packhouse/internal/id"
	"packhouse/internal/problem"
	"packhouse/internal/txn"
)

// Supply brings in exactly what needs lack at terms, as opening stock at the
// first of their locations: for orders of the past, whose goods were there
// although nobody tells how they came. It locks every level the needs may be
// served from, in the order of the house, so that what it brought is still free
// when the same command reserves. It answers how many pieces came in.
func Supply(ctx context.Context, tx *txn.Tx, needs []Need, terms Terms, reason string) (int, error) {
	skus := skusOf(needs)
	if len(skus) == 0 || len(terms.Locations) == 0 {
		return 0, nil
	}
	at := terms.Locations[0]
	bin, levels, err := lockSupplied(ctx, tx, skus, terms.Locations)
	if err != nil {
		return 0, err
	}
	missing := make(map[id.SKU]int, len(skus))
	for _, s := range Decide(needs, levels, terms).Shorts {
		missing[s.SKU] += s.Missing
	}
	var in supply
	for _, l := range levels {
		lack := missing[l.SKU]
		if lack == 0 || l.Location != at {
			continue
		}
		// What must stay untouched there comes first.
		lack += max(0, l.Reserved+l.Safety+terms.Buffer-l.OnHand)
		if l.OnHand+lack > MaxPieces {
			return 0, tooMuch(ctx, tx, l)
		}
		in.add(tx, l.SKU, lack)
	}
	in.write(tx, at, bin, reason)
	return in.total, nil
}

const mainBinSQL = `select b.id from inventory_bins b where b.location_id = $1 and b.main`

// lockSupplied makes the levels that are not there yet and locks all of them.
// Soft holds that have ended stay counted as reserved here: whoever reserves
// sweeps them.
func lockSupplied(ctx context.Context, tx *txn.Tx, skus []id.SKU, places []id.Location) (id.Bin, []Level, error) {
	var s []id.SKU
	var p []id.Location
	var conditions []Condition
	for _, sku := range skus {
		for _, at := range places {
			s, p, conditions = append(s, sku), append(p, at), append(conditions, Sellable)
		}
	}
	var bin id.Bin
	var levels []Level
	txn.ReadOne(tx, fmt.Errorf("inventory: location %d has no main bin", places[0]), []any{&bin}, mainBinSQL, places[0])
	tx.Queue(ensureLevelsSQL, -1, nil, s, p, conditions)
	txn.ReadAll(tx, &levels, func(row pgx.CollectableRow) (l Level, err error) {
		err = row.Scan(&l.SKU, &l.Location, &l.OnHand, &l.Reserved, &l.Safety)
		return l, err
	}, lockSQL, skus, places)
	if err := tx.Flush(ctx); err != nil {
		return 0, nil, unknownPlace(err, "lock stock levels")
	}
	if len(levels) != len(s) {
		return 0, nil, fmt.Errorf("inventory: %d levels locked where %d were meant", len(levels), len(s))
	}
	return bin, levels, nil
}

const namesSQL = `select s.code, l.code from catalog_skus s, inventory_locations l where s.id = $1 and l.id = $2`

func tooMuch(ctx context.Context, tx *txn.Tx, l Level) error {
	var sku, location string
	if err := tx.QueryRow(ctx, namesSQL, l.SKU, l.Location).Scan(&sku, &location); err != nil {
		return err
	}
	return problem.Refuse("refused.stock_too_much", "sku", sku, "location", location, "max", MaxPieces)
}

// supply is what comes in, by column: an order of the past may have a thousand
// lines.
type supply struct {
	skus   []id.SKU
	pieces []int
	seq    []int
	total  int
}

func (s *supply) add(tx *txn.Tx, sku id.SKU, pieces int) {
	s.skus, s.pieces, s.seq = append(s.skus, sku), append(s.pieces, pieces), append(s.seq, tx.Next())
	s.total += pieces
}

// The location comes in rows: compared with one value, a plan made while the
// warehouse was empty reads all of it.
const supplyLevelsSQL = `
	update inventory_levels l
	set on_hand = l.on_hand + o.pieces
	from (select unnest($1::bigint[]) as location_id, unnest($2::bigint[]) as sku_id, unnest($3::int[]) as pieces) o
	where l.sku_id = o.sku_id and l.location_id = o.location_id and l.condition = 'sellable'`

const supplyBinSQL = `
	insert into inventory_bin_stock (bin_id, sku_id, condition, lot, quantity)
	select $1, o.sku_id, 'sellable', '', o.pieces
	from (select unnest($2::bigint[]) as sku_id, unnest($3::int[]) as pieces) o
	on conflict (sku_id, bin_id, condition, lot) do update set quantity = inventory_bin_stock.quantity + excluded.quantity`

// Nobody knows what old goods cost, so each costs what the last movement said.
const supplyMovementsSQL = `
	insert into inventory_movements (sku_id, location_id, bin_id, condition, lot, quantity, kind, unit_cost, reason, cause_type, command_key, seq, occurred_at, actor_name)
	select o.sku_id, $1, $2, 'sellable', '', o.pieces, 'opening',
	       coalesce((select m.unit_cost from inventory_movements m where m.sku_id = o.sku_id and m.location_id = $1 order by m.id desc limit 1), 0),
	       $6, 'import', $7::uuid, o.seq, $8, $9
	from (select unnest($3::bigint[]) as sku_id, unnest($4::int[]) as pieces, unnest($5::int[]) as seq) o`

// write queues it all. The ledger has a line for each SKU; the event is one,
// about the location.
func (s supply) write(tx *txn.Tx, at id.Location, bin id.Bin, reason string) {
	n := len(s.skus)
	if n == 0 {
		return
	}
	places := make([]id.Location, n)
	for i := range places {
		places[i] = at
	}
	tx.Queue(supplyLevelsSQL, int64(n), errLevels, places, s.skus, s.pieces)
	tx.Queue(supplyBinSQL, int64(n), noBin(), bin, s.skus, s.pieces)
	tx.Queue(supplyMovementsSQL, int64(n), nil, at, bin, s.skus, s.pieces, s.seq, reason, string(tx.Key()), tx.At(), tx.Actor().Name)
	tx.Record(txn.Event{Kind: "stock.supplied", Subject: txn.About("location", at), Data: map[string]any{"pieces": s.total, "skus": n, "reason": reason}})
}
