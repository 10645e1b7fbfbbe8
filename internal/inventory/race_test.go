package inventory

import (
	"context"
	"sync"
	"testing"
	"time"

	"packhouse/internal/id"
	"packhouse/internal/pgtest"
	"packhouse/internal/problem"
	"packhouse/internal/txn"
)

// A26, A27: corrections, moves and reservations of the same goods at once, named
// in opposite orders, neither block each other for ever nor leave a level that
// disagrees with what lies behind it.
func TestCorrectionsMovesAndReservationsAtOnceAddUp(t *testing.T) {
	t.Parallel()
	db := pgtest.DB(t)
	var r room
	var order id.Order
	var lines [2]id.Line
	_, err := txn.Do(t.Context(), db.DB, pgtest.Actor, txn.Once(), func(_ context.Context, tx *txn.Tx) (struct{}, error) {
		r = setup(t, tx)
		for i, sku := range r.skus {
			r.opening(t, tx, sku, 60)
			order, lines[i] = line(t, tx, sku)
		}
		return struct{}{}, nil
	})
	must(t, err)
	do := func(fn func(context.Context, *txn.Tx) error) {
		_, err := txn.Do(t.Context(), db.DB, pgtest.Actor, txn.Once(), func(ctx context.Context, tx *txn.Tx) (struct{}, error) {
			tx.Quiet("a test")
			return struct{}{}, fn(ctx, tx)
		})
		if err != nil && !problem.IsPersons(err) {
			t.Error(err)
		}
	}
	var wg sync.WaitGroup
	for i := range 30 {
		first, second := r.skus[i%2], r.skus[(i+1)%2]
		wg.Go(func() {
			do(func(ctx context.Context, tx *txn.Tx) error {
				_, err := AdjustAll(ctx, tx, []Adjustment{{SKU: first, Location: r.location, Delta: -2, Kind: Correction, Reason: "lost"}, {SKU: second, Location: r.location, Delta: 1, Kind: Receive}})
				return err
			})
		})
		wg.Go(func() {
			do(func(ctx context.Context, tx *txn.Tx) error {
				return MoveCondition(ctx, tx, ConditionMove{SKU: first, Location: r.location, From: Sellable, To: Damaged, Quantity: 1, Reason: "broken"})
			})
		})
		wg.Go(func() {
			do(func(ctx context.Context, tx *txn.Tx) error {
				needs, terms := []Need{{Line: lines[1], SKU: second, Quantity: 2}, {Line: lines[0], SKU: first, Quantity: 2}}, Terms{Locations: []id.Location{r.location}}
				levels, err := Lock(ctx, tx, order, needs, terms)
				if err != nil {
					return err
				}
				until := time.Time{}
				if i%3 == 0 {
					until = tx.Now().Add(-time.Second)
				}
				return Reserve(tx, order, Decide(needs, levels, terms).Shares, levels, until)
			})
		})
	}
	wg.Wait()
	_, err = txn.Do(t.Context(), db.DB, pgtest.Actor, txn.Once(), func(ctx context.Context, tx *txn.Tx) (struct{}, error) {
		if n, err := faults(ctx, tx); n != 0 || err != nil {
			t.Errorf("%d levels disagree with what lies behind them: %v", n, err)
		}
		return struct{}{}, nil
	})
	must(t, err)
}
