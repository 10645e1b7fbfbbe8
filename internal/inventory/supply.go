package inventory

import (
	"context"

	"packhouse/internal/id"
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
	var want []shelf
	for _, sku := range skus {
		for _, at := range terms.Locations {
			want = append(want, shelf{sku, at, Sellable})
		}
	}
	held, err := lockShelves(ctx, tx, want)
	if err != nil {
		return 0, err
	}
	levels := make([]Level, 0, len(held))
	for s, h := range held {
		levels = append(levels, Level{SKU: s.SKU, Location: s.Location, OnHand: h.onHand, Reserved: h.reserved, Safety: h.safety})
	}
	missing := make(map[id.SKU]int, len(skus))
	for _, s := range Decide(needs, levels, terms).Shorts {
		missing[s.SKU] += s.Missing
	}
	var in []entry
	pieces := 0
	for _, sku := range skus {
		to := shelf{sku, terms.Locations[0], Sellable}
		h := held[to]
		lack := missing[sku]
		if lack == 0 {
			continue
		}
		// What must stay untouched there comes first.
		lack += max(0, h.reserved+h.safety+terms.Buffer-h.onHand)
		if err := h.leave(to, lack); err != nil {
			return 0, err
		}
		e := entry{shelf: to, Bin: h.main, Quantity: lack, Kind: Opening, Reason: reason}
		in = append(in, e)
		recordAdjusted(tx, e, h)
		pieces += lack
	}
	open(tx, in, reason)
	return pieces, nil
}

// The location comes in rows too: asked for by itself, a plan made while the
// warehouse was empty reads all of it.
const openLevelsSQL = `
	update inventory_levels l
	set on_hand = l.on_hand + o.pieces
	from (select unnest($1::bigint[]) as location_id, unnest($2::bigint[]) as sku_id, unnest($3::int[]) as pieces) o
	where l.sku_id = o.sku_id and l.location_id = o.location_id and l.condition = 'sellable'`

const openBinsSQL = `
	insert into inventory_bin_stock (bin_id, sku_id, condition, lot, quantity)
	select o.bin_id, o.sku_id, 'sellable', '', o.pieces
	from (select unnest($1::bigint[]) as bin_id, unnest($2::bigint[]) as sku_id, unnest($3::int[]) as pieces) o
	on conflict (sku_id, bin_id, condition, lot) do update set quantity = inventory_bin_stock.quantity + excluded.quantity`

// Nobody knows what old goods cost, so each costs what the last movement said.
const openMovementsSQL = `
	insert into inventory_movements (sku_id, location_id, bin_id, condition, lot, quantity, kind, unit_cost, reason, cause_type, command_key, seq, occurred_at, actor_name)
	select o.sku_id, o.location_id, o.bin_id, 'sellable', '', o.pieces, 'opening',
	       coalesce((select m.unit_cost from inventory_movements m where m.sku_id = o.sku_id and m.location_id = o.location_id order by m.id desc limit 1), 0),
	       $6, 'import', $7::uuid, o.seq, $8, $9
	from (select unnest($1::bigint[]) as location_id, unnest($2::bigint[]) as bin_id, unnest($3::bigint[]) as sku_id, unnest($4::int[]) as pieces, unnest($5::int[]) as seq) o`

// open writes the entries in three statements: an order
// of the past may have a thousand lines.
func open(tx *txn.Tx, in []entry, reason string) {
	if len(in) == 0 {
		return
	}
	n := int64(len(in))
	places, bins, skus := make([]id.Location, n), make([]id.Bin, n), make([]id.SKU, n)
	pieces, seq := make([]int, n), make([]int, n)
	for i, e := range in {
		places[i], bins[i], skus[i], pieces[i], seq[i] = e.Location, e.Bin, e.SKU, e.Quantity, tx.Next()
	}
	tx.Queue(openLevelsSQL, n, errLevels, places, skus, pieces)
	tx.Queue(openBinsSQL, n, noBin(), bins, skus, pieces)
	tx.Queue(openMovementsSQL, n, nil, places, bins, skus, pieces, seq, reason, string(tx.Key()), tx.At(), tx.Actor().Name)
}
