package flow_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"packhouse/internal/flow"
	"packhouse/internal/id"
	"packhouse/internal/money"
	"packhouse/internal/pgtest"
	"packhouse/internal/problem"
	"packhouse/internal/sales"
	"packhouse/internal/txn"
)

// A09
func TestABulkConfirmAnswersForEachOrderAndARepeatChangesNothing(t *testing.T) {
	t.Parallel()
	h := open(t)
	p, none := h.product(t, 60, 0), h.product(t, 0, 0)
	type outcome struct {
		number   string
		repeated bool
		why      string
	}
	orders := make([]id.Order, 100)
	together(len(orders), func(i int) {
		switch {
		case i < 60:
			orders[i] = h.place(t, h.API, line(p, 1))
		case i < 80:
			orders[i] = h.place(t, h.API, line(none, 1))
		case i < 90:
			orders[i] = h.place(t, h.API, line(h.Tray, 1))
			must(h.hold(orders[i], sales.Hold{Type: "fraud", Reason: "look twice", Blocks: []string{"confirm"}, KeepsStock: true}))(t)
		default:
			orders[i] = h.place(t, h.API, line(h.Tray, 1))
			must(h.cancel(orders[i]))(t)
		}
	})
	key := id.NewKey()
	press := func() []outcome {
		out := make([]outcome, len(orders))
		for i, o := range orders { // one command each, whose key follows from the press
			got, err := txn.Do(t.Context(), h.wide, pgtest.Actor, txn.NewCommand(id.Derive(key, id.Text(o)), "confirm"), func(ctx context.Context, tx *txn.Tx) (flow.Confirmation, error) {
				return flow.ConfirmOrder(ctx, tx, o, flow.Confirming{})
			})
			out[i] = outcome{number: got.Value.Number, repeated: got.Repeated}
			if r, ok := errors.AsType[*problem.Refusal](err); ok {
				out[i].why = r.Code
			} else if err != nil {
				t.Errorf("order %d: %v", i, err)
			}
		}
		return out
	}
	want := func(i int) string {
		switch {
		case i < 60:
			return ""
		case i < 80:
			return "why.short"
		case i < 90:
			return "why.held"
		}
		return "refused.order_confirmed"
	}
	first := press()
	events := h.count(t, `select count(*) from events`)
	second := press()
	for i := range orders {
		if first[i].why != want(i) || first[i].repeated || second[i].why != want(i) || second[i].repeated != (i < 60) || second[i].number != first[i].number {
			t.Errorf("order %d: %+v, then %+v", i, first[i], second[i])
		}
	}
	if n := h.count(t, `select count(*) from events`); n != events {
		t.Errorf("the repeat left %d events", n-events)
	}
	if n := h.count(t, `select count(*) from sales_orders where state = 'confirmed'`); n != 60 || h.reserved(t, p) != 60 {
		t.Errorf("%d confirmed, %d reserved", n, h.reserved(t, p))
	}
	h.clean(t)
}

// A16
func TestCancellingPieceByPieceReachesZeroToTheCentAndFreesExactlyThat(t *testing.T) {
	t.Parallel()
	h := open(t)
	p, q := h.product(t, 10_000, 0), h.product(t, 0, 10_000)
	rapid.Check(t, func(rt *rapid.T) {
		ch := rapid.SampledFrom([]id.Channel{h.API, h.Back, h.Shop}).Draw(rt, "channel")
		in := newOrder(ch)
		for i := range rapid.IntRange(1, 4).Draw(rt, "lines") {
			l := line(p, int64(rapid.IntRange(1, 9).Draw(rt, "pieces")))
			if i%2 == 1 {
				l.Code = q.Code
			}
			if price := rapid.IntRange(0, 5000).Draw(rt, "price"); price > 0 {
				u := money.MustUnitPrice(fmt.Sprintf("%d.%03d", price/1000, price%1000))
				l.Price = &u
			}
			in.Lines = append(in.Lines, l)
		}
		in.Discount = flow.OrderDiscount{Rate: money.Rate(rapid.IntRange(0, 900_000).Draw(rt, "discount")), Reason: "fair"}
		placed := must(h.tryPlace(in))(t)
		confirmed := rapid.Bool().Draw(rt, "confirm first")
		if confirmed {
			must(h.confirm(placed.Order))(t)
		}
		before := h.order(t, placed.Order)
		left, total := 0, before.Total
		for _, l := range before.Lines {
			if l.Kind != sales.Shipping {
				left += l.Quantity
			}
		}
		for left > 0 {
			o := h.order(t, placed.Order)
			var open []sales.Line
			for _, l := range o.Lines {
				if l.Open() > 0 && l.Kind != sales.Shipping {
					open = append(open, l)
				}
			}
			l := rapid.SampledFrom(open).Draw(rt, "line")
			n := rapid.IntRange(1, l.Open()).Draw(rt, "take")
			held := h.holds(t, o.ID)
			done := must(h.cancel(o.ID, sales.Take{Line: l.ID, Pieces: n}))(t)
			left -= n
			after := h.order(t, o.ID)
			if done.Whole != (left == 0) || h.holds(t, o.ID) != held-done.Freed || after.Total > total || after.Total != after.Net+after.Tax {
				rt.Fatalf("%d of %s: %+v, held %d then %d, total %d then %d", n, l.Code, done, held, h.holds(t, o.ID), total, after.Total)
			}
			if held > 0 && done.Freed != n {
				rt.Fatalf("%d of %s cancelled, %d freed", n, l.Code, done.Freed)
			}
			total = after.Total
		}
		end := h.order(t, placed.Order)
		if end.State() != sales.Cancelled || end.Total != 0 || end.Net != 0 || end.Tax != 0 || h.holds(t, end.ID) != 0 {
			rt.Fatalf("at the end it is %s with %d, holding %d", end.State(), end.Total, h.holds(t, end.ID))
		}
		for _, l := range end.Lines {
			if l.CancelledNet != l.Net || l.CancelledTax != l.Tax {
				rt.Fatalf("%s: cancelled %d and %d of %d and %d", l.Code, l.CancelledNet, l.CancelledTax, l.Net, l.Tax)
			}
		}
	})
	h.clean(t)
}

// A16
func TestCancellingNeedsAReasonAndNoMoreThanIsOpen(t *testing.T) {
	t.Parallel()
	h := open(t)
	order := h.place(t, h.API, line(h.Tray, 3))
	l := h.order(t, order).Lines[0].ID
	none := func(takes ...sales.Take) error {
		_, err := do(h, func(ctx context.Context, tx *txn.Tx) (flow.Cancellation, error) {
			return flow.CancelOrder(ctx, tx, order, flow.Cancelling{Takes: takes})
		})
		return err
	}
	for _, err := range []error{none(), none(sales.Take{Line: l, Pieces: 1})} {
		if v, ok := errors.AsType[*problem.Invalid](err); !ok || !v.Has("reason") {
			t.Errorf("without a reason it gave %v", err)
		}
	}
	for _, takes := range [][]sales.Take{{{Line: l, Pieces: 4}}, {{Line: l, Pieces: -1}}, {{Line: l, Pieces: 0}}, {{Line: l, Pieces: 2}, {Line: l, Pieces: 2}}, {{Line: l + 1000, Pieces: 1}}} {
		if _, err := h.cancel(order, takes...); err == nil {
			t.Errorf("%v was cancelled", takes)
		}
	}
	must(h.cancel(order, sales.Take{Line: l, Pieces: 2}))(t)
	if _, err := h.cancel(order, sales.Take{Line: l, Pieces: 2}); err == nil {
		t.Error("more was cancelled than was left")
	}
	must(h.cancel(order))(t)
	if _, err := h.cancel(order); !refused(err, "refused.order_cancelled") {
		t.Errorf("a second time: %v", err)
	}
	h.clean(t)
}

func held(kind, reason string, keeps bool, blocks ...string) sales.Hold {
	return sales.Hold{Type: kind, Reason: reason, OwnerRole: "manager", Blocks: blocks, KeepsStock: keeps}
}

// A80
func TestSeveralHoldsStandAtOnceAndAllMustBeLifted(t *testing.T) {
	t.Parallel()
	h := open(t)
	order := h.place(t, h.API, line(h.Tray, 2))
	holds := []id.Hold{
		must(h.hold(order, held("fraud", "look twice", true, "confirm")))(t),
		must(h.hold(order, held("address", "no house number", true, "confirm", "ship")))(t),
		must(h.hold(order, held("payment", "not paid", true, "pick")))(t),
	}
	for i, hold := range holds[:2] {
		if _, err := h.confirm(order); !refused(err, "why.held") {
			t.Errorf("with %d holds: %v", 3-i, err)
		}
		if err := h.lift(order, hold); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := h.confirm(order); err != nil { // what is left stops picking only
		t.Errorf("%v", err)
	}
	if got := h.count(t, `select holds from sales_order_progress where order_id = $1 and bucket = 'waiting' and sentence = 'why.held'`, order); got != 1 {
		t.Errorf("the list says %d holds", got)
	}
	if err := h.lift(order, holds[2]); err != nil {
		t.Fatal(err)
	}
	if got := h.count(t, `select count(*) from sales_order_progress where order_id = $1 and bucket = 'work' and holds = 0`, order); got != 1 {
		t.Error("the order is not at work after its last hold")
	}
	for _, hold := range []id.Hold{holds[0], 999_999} {
		if err := h.lift(order, hold); err == nil {
			t.Error("a hold that does not stand was lifted")
		}
	}
	if n := h.count(t, `select count(*) from sales_holds where order_id = $1 and lifted_by = 'Test Person' and lift_reason <> '' and placed_by = 'Test Person'`, order); n != 3 {
		t.Errorf("%d of 3 holds say who lifted them and why", n)
	}
	h.clean(t)
}

// A80
func TestAHoldIsFollowedByTheOneNamedWithIt(t *testing.T) {
	t.Parallel()
	h := open(t)
	order := h.place(t, h.API, line(h.Tray, 1))
	first := held("fraud", "look twice", true, "confirm")
	first.NextType, first.NextReason = "payment", "wait for the transfer"
	hold := must(h.hold(order, first))(t)
	if err := h.lift(order, hold); err != nil {
		t.Fatal(err)
	}
	o := h.order(t, order)
	if len(o.Holds) != 1 || o.Holds[0].Type != "payment" || o.Holds[0].Reason != "wait for the transfer" || o.Holds[0].OwnerRole != "manager" || !slices.Equal(o.Holds[0].Blocks, []string{"confirm"}) {
		t.Fatalf("what follows is %+v", o.Holds)
	}
	if _, err := h.confirm(order); !refused(err, "why.held") {
		t.Errorf("the second hold does not hold: %v", err)
	}
	if err := h.lift(order, o.Holds[0].ID); err != nil || len(h.order(t, order).Holds) != 0 {
		t.Errorf("the end of the chain: %v, %v", err, h.order(t, order).Holds)
	}
	h.clean(t)
}

// A80
func TestAHoldKeepsOrFreesTheStockAsItSays(t *testing.T) {
	t.Parallel()
	h := open(t)
	p := h.product(t, 5, 0)
	order := h.place(t, h.API, line(p, 4))
	must(h.confirm(order))(t)
	keeping := must(h.hold(order, held("address", "no house number", true, "pick")))(t)
	if h.holds(t, order) != 4 {
		t.Errorf("a hold that keeps the stock left %d", h.holds(t, order))
	}
	freeing := must(h.hold(order, held("credit", "over the limit", false, "pick")))(t)
	if h.holds(t, order) != 0 || h.free(t, p) != 5 {
		t.Errorf("a hold that frees the stock left %d, %d free", h.holds(t, order), h.free(t, p))
	}
	if n := h.count(t, `select count(*) from fulfilment_orders where order_id = $1 and state = 'open'`, order); n != 0 {
		t.Errorf("%d pieces of work stay open", n)
	}
	if _, err := h.reserveNow(order); !refused(err, "why.held") {
		t.Errorf("reserved against the hold: %v", err)
	}
	other := h.place(t, h.API, line(p, 3))
	must(h.confirm(other))(t)
	h.clean(t)
	if err := h.lift(order, keeping); err != nil || h.holds(t, order) != 0 {
		t.Errorf("lifting one of two gave stock back: %d, %v", h.holds(t, order), err)
	}
	if err := h.lift(order, freeing); err != nil || h.holds(t, order) != 2 {
		t.Errorf("lifting the last gave %d of the 2 there are, %v", h.holds(t, order), err)
	}
	h.clean(t)
	h.receive(t, p, h.Warehouse, 10)
	if got, err := h.reserveNow(order); err != nil || got != 2 || h.holds(t, order) != 4 {
		t.Errorf("reserved %d, %v", got, err)
	}
	if _, err := h.reserveNow(order); !refused(err, "refused.nothing_to_reserve") {
		t.Errorf("reserved again: %v", err)
	}
	h.clean(t)
}

// A80
func TestAnOrderHeldWithoutItsStockIsNotConfirmed(t *testing.T) {
	t.Parallel()
	h := open(t)
	order := h.place(t, h.Shop, line(h.Tray, 4))
	hold := must(h.hold(order, held("customer", "they ask for time", false, "pick")))(t)
	if h.holds(t, order) != 0 {
		t.Errorf("it keeps %d", h.holds(t, order))
	}
	if _, err := h.confirm(order); !refused(err, "why.held") {
		t.Errorf("confirming reserved what the hold frees: %v", err)
	}
	if err := h.lift(order, hold); err != nil {
		t.Fatal(err)
	}
	if done, err := h.confirm(order); err != nil || done.Reserved != 4 {
		t.Errorf("%+v, %v", done, err)
	}
	h.clean(t)
}

// A80
func TestHoldsEndWithTheirOrder(t *testing.T) {
	t.Parallel()
	h := open(t)
	order := h.place(t, h.API, line(h.Tray, 1))
	first := held("fraud", "look twice", true, "confirm")
	first.NextType, first.NextReason = "payment", "wait"
	hold := must(h.hold(order, first))(t)
	must(h.cancel(order))(t)
	if err := h.lift(order, hold); !refused(err, "refused.hold_state") {
		t.Errorf("a hold of a cancelled order was lifted: %v", err)
	}
	if _, err := h.hold(order, first); !refused(err, "refused.hold_state") {
		t.Errorf("a cancelled order was held: %v", err)
	}
	h.clean(t)
}
