package inventory

import (
	"testing"
	"time"

	"packhouse/internal/id"
	"packhouse/internal/pgtest"
	"packhouse/internal/problem"
	"packhouse/internal/txn"
)

func supplied(t *testing.T, tx *txn.Tx, sku id.SKU, at id.Location) (onHand, bins, ledger int) {
	t.Helper()
	must(t, tx.QueryRow(t.Context(), `
		select coalesce((select sum(l.on_hand) from inventory_levels l where l.sku_id = $1 and l.location_id = $2), 0),
		       coalesce((select sum(s.quantity) from inventory_bin_stock s join inventory_bins b on b.id = s.bin_id where s.sku_id = $1 and b.location_id = $2), 0),
		       coalesce((select sum(m.quantity) from inventory_movements m where m.sku_id = $1 and m.location_id = $2), 0)`, sku, at).Scan(&onHand, &bins, &ledger))
	return onHand, bins, ledger
}

func TestSupplyBringsInExactlyWhatIsMissing(t *testing.T) {
	t.Parallel()
	yesterday := time.Now().Add(-24 * time.Hour).Truncate(time.Second)
	tx := pgtest.TxAs(t, txn.Actor{Kind: txn.Import, Name: "Import", At: yesterday})
	r := setup(t, tx)
	mug, cup := r.skus[0], r.skus[1]
	terms := Terms{Locations: []id.Location{r.location}}
	needs := []Need{{SKU: mug, Quantity: 3}, {SKU: cup, Quantity: 80_995}, {SKU: mug, Quantity: 4}} // two lines of one SKU
	for i, want := range []int{3 + 80_995 + 4, 0} {
		got, err := Supply(t.Context(), tx, needs, terms, "Opening stock")
		if err != nil || got != want {
			t.Fatalf("time %d: %d pieces, %v; want %d", i+1, got, err, want)
		}
	}
	if onHand, bins, ledger := supplied(t, tx, mug, r.location); onHand != 7 || bins != 7 || ledger != 7 {
		t.Errorf("on hand %d, in bins %d, in the ledger %d", onHand, bins, ledger)
	}
	var kind, reason string
	var at time.Time
	must(t, tx.QueryRow(t.Context(), `select kind, reason, occurred_at from inventory_movements where sku_id = $1`, mug).Scan(&kind, &reason, &at))
	if kind != "opening" || reason != "Opening stock" || !at.Equal(yesterday) {
		t.Errorf("%s %q at %s", kind, reason, at)
	}
	if got, err := Supply(t.Context(), tx, nil, terms, ""); got != 0 || err != nil {
		t.Errorf("no needs bring %d, %v", got, err)
	}
}

func TestSupplyLeavesSafetyBufferAndTheReservationsOfOthersUntouched(t *testing.T) {
	t.Parallel()
	tx := pgtest.Tx(t)
	r := setup(t, tx)
	mug := r.skus[0]
	_, err := Adjust(t.Context(), tx, Adjustment{SKU: mug, Location: r.location, Delta: 10, Kind: Opening})
	must(t, err)
	reserve(t, tx, r, mug, 6, time.Time{})
	_, err = tx.Exec(t.Context(), `update inventory_levels set safety = 2 where sku_id = $1`, mug)
	must(t, err)
	terms := Terms{Locations: []id.Location{r.location}, Buffer: 5}
	needs := []Need{{SKU: mug, Quantity: 1}}
	got, err := Supply(t.Context(), tx, needs, terms, "Opening stock")
	if err != nil || got != 4 { // 6 reserved, 2 safety, 5 buffer and 1 wanted are 14
		t.Fatalf("%d pieces, %v; want 4", got, err)
	}
	levels, err := LevelsFor(t.Context(), tx, needs, terms)
	must(t, err)
	if plan := Decide(needs, levels, terms); len(plan.Shorts) != 0 {
		t.Errorf("still short: %+v", plan.Shorts)
	}
}

func TestSupplyUsesWhatLiesElsewhereFirst(t *testing.T) {
	t.Parallel()
	tx := pgtest.Tx(t)
	one, other := setup(t, tx), setup(t, tx)
	mug := one.skus[0]
	_, err := Adjust(t.Context(), tx, Adjustment{SKU: mug, Location: other.location, Delta: 3, Kind: Opening})
	must(t, err)
	got, err := Supply(t.Context(), tx, []Need{{SKU: mug, Quantity: 5}}, Terms{Locations: []id.Location{one.location, other.location}}, "Opening stock")
	if err != nil || got != 2 {
		t.Fatalf("%d pieces, %v; want 2", got, err)
	}
	if onHand, _, _ := supplied(t, tx, mug, one.location); onHand != 2 {
		t.Errorf("%d came to the first location", onHand)
	}
}

func TestSupplyRefusesMoreThanALevelHolds(t *testing.T) {
	t.Parallel()
	tx := pgtest.Tx(t)
	r := setup(t, tx)
	_, err := Supply(t.Context(), tx, []Need{{SKU: r.skus[0], Quantity: MaxPieces}, {SKU: r.skus[0], Quantity: 1}}, Terms{Locations: []id.Location{r.location}}, "Opening stock")
	if refused, ok := err.(*problem.Refusal); !ok || refused.Code != "refused.stock_too_much" || refused.Args["sku"] != r.prefix+"0" {
		t.Errorf("it gave %v", err)
	}
}
