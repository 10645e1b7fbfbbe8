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
		e := entry{shelf: to, Bin: h.main, Quantity: lack, Kind: Opening, Reason: reason, Cause: Cause{Type: "import"}}
		post(tx, e, noBin())
		recordAdjusted(tx, e, h)
		pieces += lack
	}
	return pieces, nil
}
