package inventory

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"packhouse/internal/id"
	"packhouse/internal/money"
	"packhouse/internal/pgtest"
	"packhouse/internal/problem"
	"packhouse/internal/txn"
)

func refusal(t *testing.T, err error, code string) *problem.Refusal {
	t.Helper()
	r, ok := errors.AsType[*problem.Refusal](err)
	if !ok || r.Code != code {
		t.Fatalf("got %v, want the refusal %s", err, code)
	}
	return r
}

func invalid(t *testing.T, err error, path, code string) {
	t.Helper()
	v, ok := errors.AsType[*problem.Invalid](err)
	if ok {
		for _, f := range v.Fields {
			if f.Path == path && f.Code == code {
				return
			}
		}
	}
	t.Fatalf("got %v, want %s at %s", err, code, path)
}

// A36
func TestAdjustmentNeedsAReasonAndKeepsItInTheLedger(t *testing.T) {
	t.Parallel()
	tx := pgtest.Tx(t)
	r := setup(t, tx)
	_, err := Adjust(t.Context(), tx, Adjustment{SKU: r.skus[0], Location: r.location, Delta: 5, Kind: Correction})
	invalid(t, err, "reason", "stock.reason_needed")

	done, err := Adjust(t.Context(), tx, Adjustment{SKU: r.skus[0], Location: r.location, Delta: 5, Kind: Correction, Reason: "found: behind the door"})
	must(t, err)
	if done != (Adjusted{0, 5}) {
		t.Errorf("from %d to %d, want 0 to 5", done.Before, done.After)
	}
	page, more, err := Movements(t.Context(), tx, MovementFilter{SKU: r.skus[0], Limit: 10})
	must(t, err)
	if len(page) != 1 || more || page[0].Quantity != 5 || page[0].Reason != "found: behind the door" || page[0].Bin != MainBin || page[0].Actor != pgtest.Actor.Name {
		t.Errorf("the ledger says %+v", page)
	}
	var events int
	must(t, tx.QueryRow(t.Context(), `select count(*) from events where kind = 'stock.adjusted' and subject_type = 'sku' and subject_id = $1 and data->>'before' = '0' and data->>'after' = '5'`, r.skus[0]).Scan(&events))
	if events != 1 {
		t.Errorf("%d events of the adjustment, want 1", events)
	}
}

// A36
func TestAdjustmentBelowZeroIsRefusedWithTheNumbers(t *testing.T) {
	t.Parallel()
	tx := pgtest.Tx(t)
	r := setup(t, tx)
	r.opening(t, tx, r.skus[0], 3)
	_, err := Adjust(t.Context(), tx, Adjustment{SKU: r.skus[0], Location: r.location, Delta: -4, Kind: Correction, Reason: "lost"})
	no := refusal(t, err, "refused.stock_below_zero")
	if no.Args["on_hand"] != 3 || no.Args["less"] != 4 {
		t.Errorf("the sentence names %v", no.Args)
	}
}

// A36
func TestAdjustmentBelowWhatIsReservedIsRefusedWithTheNumbers(t *testing.T) {
	t.Parallel()
	tx := pgtest.Tx(t)
	r := setup(t, tx)
	r.opening(t, tx, r.skus[0], 10)
	reserve(t, tx, r, r.skus[0], 8, time.Time{})
	_, err := Adjust(t.Context(), tx, Adjustment{SKU: r.skus[0], Location: r.location, Delta: -3, Kind: Correction, Reason: "lost"})
	no := refusal(t, err, "refused.stock_reserved")
	if no.Args["on_hand"] != 10 || no.Args["reserved"] != 8 || no.Args["free"] != 2 {
		t.Errorf("the sentence names %v", no.Args)
	}
	_, err = Adjust(t.Context(), tx, Adjustment{SKU: r.skus[0], Location: r.location, Delta: -2, Kind: Correction, Reason: "lost"})
	must(t, err)
}

// A33
func TestASoftHoldThatEndedNeitherCountsAsReservedNorStopsAnAdjustment(t *testing.T) {
	t.Parallel()
	tx := pgtest.Tx(t)
	r := setup(t, tx)
	r.opening(t, tx, r.skus[0], 10)
	reserve(t, tx, r, r.skus[0], 8, tx.Now().Add(-time.Second))
	rows, err := LevelsOf(t.Context(), tx, r.skus[:1], nil)
	must(t, err)
	if rows[0].Reserved != 0 || rows[0].Free != 10 {
		t.Errorf("before any sweep: reserved %d, free %d; want 0 and 10", rows[0].Reserved, rows[0].Free)
	}
	_, err = Adjust(t.Context(), tx, Adjustment{SKU: r.skus[0], Location: r.location, Delta: -10, Kind: Correction, Reason: "lost"})
	must(t, err)
	must(t, tx.Flush(t.Context()))
	if n, err := faults(t.Context(), tx); n != 0 || err != nil {
		t.Errorf("%d levels disagree with what lies behind them: %v", n, err)
	}
}

func TestABinGivesNoMoreThanItHolds(t *testing.T) {
	t.Parallel()
	tx := pgtest.Tx(t)
	r := setup(t, tx)
	r.opening(t, tx, r.skus[0], 5) // in the main bin
	_, err := Adjust(t.Context(), tx, Adjustment{SKU: r.skus[0], Location: r.location, Bin: r.shelf, Delta: -1, Kind: Correction, Reason: "lost"})
	no := refusal(t, err, "refused.bin_short")
	if no.Args["bin"] != "A-01" || no.Args["holds"] != 0 {
		t.Errorf("the sentence names %v", no.Args)
	}
	other := setup(t, tx)
	_, err = Adjust(t.Context(), tx, Adjustment{SKU: r.skus[0], Location: r.location, Bin: other.main, Delta: -1, Kind: Correction, Reason: "lost"})
	if err == nil {
		t.Error("a bin of another location was accepted")
	}
}

func TestMovesCancelOut(t *testing.T) {
	t.Parallel()
	tx := pgtest.Tx(t)
	r := setup(t, tx)
	r.opening(t, tx, r.skus[0], 10)
	must(t, MoveCondition(t.Context(), tx, ConditionMove{SKU: r.skus[0], Location: r.location, From: Sellable, To: Damaged, Quantity: 4, Reason: "broken"}))
	must(t, MoveBin(t.Context(), tx, BinMove{SKU: r.skus[0], Location: r.location, From: r.main, To: r.shelf, Quantity: 6}))
	must(t, tx.Flush(t.Context()))
	var unbalanced int
	must(t, tx.QueryRow(t.Context(), `select count(*) from (select pair from inventory_movements where kind = 'move' and sku_id = $1 group by pair having sum(quantity) <> 0 or count(*) <> 2) x`, r.skus[0]).Scan(&unbalanced))
	if unbalanced != 0 {
		t.Errorf("%d moves do not cancel out", unbalanced)
	}
	rows, err := LevelsOf(t.Context(), tx, r.skus[:1], nil)
	must(t, err)
	if l := rows[0]; l.OnHand != 6 || l.Damaged != 4 || l.Ledger != 10 || !l.Balanced() {
		t.Errorf("after the moves: %+v", l)
	}
	lies, err := BinStock(t.Context(), tx, r.skus[0], nil)
	must(t, err)
	if len(lies) != 2 {
		t.Errorf("lies in %+v; want 4 damaged in the main bin and 6 on the shelf", lies)
	}
}

func TestWhatIsReservedCannotBecomeDamaged(t *testing.T) {
	t.Parallel()
	tx := pgtest.Tx(t)
	r := setup(t, tx)
	r.opening(t, tx, r.skus[0], 5)
	reserve(t, tx, r, r.skus[0], 4, time.Time{})
	err := MoveCondition(t.Context(), tx, ConditionMove{SKU: r.skus[0], Location: r.location, From: Sellable, To: Damaged, Quantity: 2, Reason: "broken"})
	refusal(t, err, "refused.stock_reserved")
}

func TestUnitCostGoesOnFromTheLastMovement(t *testing.T) {
	t.Parallel()
	tx := pgtest.Tx(t)
	r := setup(t, tx)
	cost := money.MustUnitPrice("2.345")
	_, err := Adjust(t.Context(), tx, Adjustment{SKU: r.skus[0], Location: r.location, Delta: 5, Kind: Receive, UnitCost: cost})
	must(t, err)
	_, err = Adjust(t.Context(), tx, Adjustment{SKU: r.skus[0], Location: r.location, Delta: -1, Kind: Correction, Reason: "lost"})
	must(t, err)
	page, _, err := Movements(t.Context(), tx, MovementFilter{SKU: r.skus[0], Limit: 10})
	must(t, err)
	for _, m := range page {
		if m.UnitCost != cost {
			t.Errorf("movement of %d pieces at %s, want %s", m.Quantity, m.UnitCost, cost)
		}
	}
}

func TestTheLedgerCannotBeRewritten(t *testing.T) {
	t.Parallel()
	tx := pgtest.Tx(t)
	r := setup(t, tx)
	r.opening(t, tx, r.skus[0], 5)
	if _, err := tx.Exec(t.Context(), `update inventory_movements set quantity = 50 where sku_id = $1`, r.skus[0]); err == nil {
		t.Error("a movement was changed after it was written")
	}
}

// A27: whatever is done in whatever order, the levels are the sum of the
// movements and of the bins, and reserved the sum of the allocations.
func TestLevelsAreTheSumOfMovementsBinsAndAllocationsWhateverHappens(t *testing.T) {
	t.Parallel()
	tx := pgtest.Tx(t)
	r := setup(t, tx)
	rapid.Check(t, func(rt *rapid.T) {
		for range rapid.IntRange(1, 8).Draw(rt, "commands") {
			if err := anything(rt, t, tx, r); err != nil && !problem.IsPersons(err) {
				rt.Fatal(err)
			}
		}
		if err := tx.Flush(t.Context()); err != nil {
			rt.Fatal(err)
		}
		if n, err := faults(t.Context(), tx); err != nil || n != 0 {
			rt.Fatalf("%d levels disagree with what lies behind them: %v", n, err)
		}
		rows, err := LevelsOf(t.Context(), tx, r.skus, nil)
		if err != nil {
			rt.Fatal(err)
		}
		for _, l := range rows {
			if !l.Balanced() || l.Free < 0 || l.Reserved > l.OnHand {
				rt.Fatalf("the grid does not add up: %+v", l)
			}
		}
	})
}

// anything is one command drawn at random; refused ones change nothing.
func anything(rt *rapid.T, t *testing.T, tx *txn.Tx, r room) error {
	sku := r.skus[rapid.IntRange(0, 1).Draw(rt, "sku")]
	at, to := r.main, r.shelf
	if rapid.Bool().Draw(rt, "bin") {
		at, to = to, at
	}
	condition := Conditions[rapid.IntRange(0, 2).Draw(rt, "condition")]
	lot := []string{"", "B7"}[rapid.IntRange(0, 1).Draw(rt, "lot")]
	n := rapid.IntRange(1, 12).Draw(rt, "pieces")
	switch rapid.IntRange(0, 5).Draw(rt, "command") {
	case 0:
		_, err := Adjust(t.Context(), tx, Adjustment{SKU: sku, Location: r.location, Bin: at, Condition: condition, Lot: lot, Delta: n, Kind: Receive})
		return err
	case 1:
		_, err := Adjust(t.Context(), tx, Adjustment{SKU: sku, Location: r.location, Bin: at, Condition: condition, Lot: lot, Delta: -n, Kind: Correction, Reason: "lost"})
		return err
	case 2:
		return MoveCondition(t.Context(), tx, ConditionMove{SKU: sku, Location: r.location, Bin: at, Lot: lot, From: condition, To: Conditions[rapid.IntRange(0, 2).Draw(rt, "to")], Quantity: n, Reason: "broken"})
	case 3:
		return MoveBin(t.Context(), tx, BinMove{SKU: sku, Location: r.location, From: at, To: to, Condition: condition, Lot: lot, Quantity: n})
	case 4:
		return SetSafety(t.Context(), tx, sku, r.location, rapid.IntRange(0, 3).Draw(rt, "safety"))
	}
	return claim(t, tx, r, sku, n, rapid.Bool().Draw(rt, "ended"))
}

// claim reserves what there is of n pieces.
func claim(t *testing.T, tx *txn.Tx, r room, sku id.SKU, n int, ended bool) error {
	order, l := line(t, tx, sku)
	needs, terms := []Need{{Line: l, SKU: sku, Quantity: n}}, Terms{Locations: []id.Location{r.location}}
	levels, err := Lock(t.Context(), tx, order, needs, terms)
	if err != nil {
		return err
	}
	var until time.Time
	if ended {
		until = tx.Now().Add(-time.Minute)
	}
	if err := Reserve(tx, order, Decide(needs, levels, terms).Shares, levels, until); err != nil {
		return fmt.Errorf("reserve: %w", err)
	}
	return tx.Flush(t.Context())
}
