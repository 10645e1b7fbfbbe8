package flow_test

import (
	"context"
	"sync/atomic"
	"testing"

	"packhouse/internal/channel"
	"packhouse/internal/customers"
	"packhouse/internal/id"
	"packhouse/internal/money"
	"packhouse/internal/txn"
)

// A05: what a customer may owe is added up under a lock, so that orders which
// arrive together do not each fit into what one of them leaves.
func TestOrdersAtOnceDoNotPassTheCreditLimitTogether(t *testing.T) {
	t.Parallel()
	h := open(t)
	p := h.product(t, 100, 0)
	limit := money.Of(0, "EUR")
	must(do(h, func(ctx context.Context, tx *txn.Tx) (int, error) {
		ch, err := channel.Get(ctx, tx, h.API)
		if err != nil {
			return 0, err
		}
		ch.NeedsReview = false
		return 0, channel.Change(ctx, tx, ch)
	}))(t)
	first := h.place(t, h.API, line(p, 1))
	limit.Minor = h.order(t, first).Total*3 + 1
	who := must(do(h, func(ctx context.Context, tx *txn.Tx) (id.Customer, error) {
		return customers.Create(ctx, tx, customers.Details{Kind: customers.Company, Name: "Three and no more", Language: "en", CreditLimit: &limit})
	}))(t)
	var confirmed atomic.Int64
	together(12, func(int) {
		in := newOrder(h.API, line(p, 1))
		in.Customer = who
		done, err := h.tryPlace(in)
		if err != nil {
			t.Errorf("place: %v", err)
		}
		if done.Confirmed {
			confirmed.Add(1)
		}
	})
	if confirmed.Load() != 3 {
		t.Errorf("%d orders confirmed themselves; the limit has room for 3", confirmed.Load())
	}
	h.quiet(t)
	h.clean(t)
}
