package flow_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"packhouse/internal/channel"
	"packhouse/internal/flow"
	"packhouse/internal/id"
	"packhouse/internal/pg"
	"packhouse/internal/pgtest"
	"packhouse/internal/pgtest/company"
	"packhouse/internal/problem"
	"packhouse/internal/sales"
	"packhouse/internal/trade"
	"packhouse/internal/txn"
)

var integration = txn.Actor{Kind: txn.System, ID: 7, Name: "Marketplace"}

func asked(code string, pieces int64) flow.NewOrder {
	return flow.NewOrder{ContactName: "Ida Holm", Email: "ida@example.com",
		ShipTo: trade.Address{Name: "Ida Holm", Line1: "Große Straße 1", City: "Hamburg", Postcode: "20457", Country: "DE"},
		Lines:  []flow.NewLine{{Code: code, Pieces: pieces}}}
}

func orders(t testing.TB, r pg.Reader) (n int) {
	t.Helper()
	if err := r.QueryRow(t.Context(), `select count(*) from sales_orders`).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// A04
func TestTheSameExternalOrderTwiceIsTheFirst(t *testing.T) {
	t.Parallel()
	db := pgtest.DB(t)
	f := company.Plant(t, db)
	body := []byte(`{"lines":[{"sku":"TRAY-OAK-L","quantity":2}],"ref":"306-118"}`)
	take := func(actor txn.Actor, ref string, body []byte, in flow.NewOrder) (txn.Outcome[flow.Placement], error) {
		return flow.TakeOrder(t.Context(), db.DB, actor, "shop", ref, body, in)
	}
	first, err := take(integration, "306-118", body, asked(f.Tray.Code, 2))
	if err != nil || first.Repeated || first.Value.Order == 0 {
		t.Fatalf("the first gave %+v, %v", first, err)
	}
	other := integration
	other.ID = 8 // a new access token of the same integration
	for _, actor := range []txn.Actor{integration, other} {
		again, err := take(actor, "306-118", body, asked(f.Tray.Code, 2))
		if err != nil || !again.Repeated || again.Value != first.Value {
			t.Errorf("the second gave %+v, %v; want the first %+v", again, err, first.Value)
		}
	}
	changed := []byte(`{"lines":[{"sku":"TRAY-OAK-L","quantity":3}],"ref":"306-118"}`)
	_, err = take(integration, "306-118", changed, asked(f.Tray.Code, 3))
	if c, ok := errors.AsType[*problem.Conflict](err); !ok || c.Code != "conflict.external_ref" {
		t.Errorf("a changed body gave %v", err)
	}
	if n := orders(t, db.Pools.Read); n != 1 {
		t.Errorf("%d orders stand, want 1", n)
	}
	o, err := sales.Get(t.Context(), db.Pools.Read, first.Value.Order)
	if err != nil || o.ExternalRef != "306-118" || o.Lines[0].Quantity != 2 {
		t.Errorf("the order has reference %q and %d pieces, %v", o.ExternalRef, o.Lines[0].Quantity, err)
	}
}

// A04
func TestAnExternalReferenceBelongsToItsChannel(t *testing.T) {
	t.Parallel()
	db := pgtest.DB(t)
	f := company.Plant(t, db)
	for _, code := range []string{"shop", "desk"} {
		out, err := flow.TakeOrder(t.Context(), db.DB, integration, code, "A-1", []byte("x"), asked(f.Tray.Code, 1))
		if err != nil || out.Repeated {
			t.Fatalf("%s: %+v, %v", code, out, err)
		}
	}
	if n := orders(t, db.Pools.Read); n != 2 {
		t.Errorf("%d orders stand, want 2", n)
	}
	_, err := flow.TakeOrder(t.Context(), db.DB, integration, "shop", " ", []byte("x"), asked(f.Tray.Code, 1))
	if v, ok := errors.AsType[*problem.Invalid](err); !ok || !v.Has("external_ref") {
		t.Errorf("no reference gave %v", err)
	}
}

// A04
func TestAReferenceTakenOnAnotherWayIsAConflict(t *testing.T) {
	t.Parallel()
	db := pgtest.DB(t)
	f := company.Plant(t, db)
	in := asked(f.Tray.Code, 1)
	in.Channel, in.ExternalRef = f.Shop, "A-2"
	_, err := txn.Do(t.Context(), db.DB, pgtest.Actor, txn.Once(), func(ctx context.Context, tx *txn.Tx) (flow.Placement, error) {
		return flow.PlaceOrder(ctx, tx, in)
	})
	if err != nil {
		t.Fatal(err)
	}
	_, err = flow.TakeOrder(t.Context(), db.DB, integration, "shop", "A-2", []byte("x"), asked(f.Tray.Code, 1))
	if c, ok := errors.AsType[*problem.Conflict](err); !ok || c.Code != "conflict.external_ref" {
		t.Errorf("it gave %v", err)
	}
	if n := orders(t, db.Pools.Read); n != 1 {
		t.Errorf("%d orders stand, want 1", n)
	}
}

// A04
func TestARefusedExternalOrderKeepsNothingAndMayComeAgain(t *testing.T) {
	t.Parallel()
	db := pgtest.DB(t)
	f := company.Plant(t, db)
	_, err := flow.TakeOrder(t.Context(), db.DB, integration, "shop", "A-3", []byte("bad"), asked("NO-SUCH", 1))
	if v, ok := errors.AsType[*problem.Invalid](err); !ok || !v.Has("lines[0].code") {
		t.Fatalf("an unknown SKU gave %v", err)
	}
	out, err := flow.TakeOrder(t.Context(), db.DB, integration, "shop", "A-3", []byte("good"), asked(f.Tray.Code, 1))
	if err != nil || out.Repeated {
		t.Errorf("the corrected order gave %+v, %v", out, err)
	}
}

// A04
func TestTwentyDeliveriesOfOneExternalOrderAtOnceMakeOne(t *testing.T) {
	t.Parallel()
	db := pgtest.DB(t)
	f := company.Plant(t, db)
	var wg sync.WaitGroup
	var mu sync.Mutex
	seen, firsts := map[id.Order]bool{}, 0
	for i := range 20 {
		wg.Go(func() {
			out, err := flow.TakeOrder(t.Context(), db.DB, integration, "shop", "306-119", []byte("same"), asked(f.Tray.Code, 2))
			if err != nil {
				t.Errorf("delivery %d: %v", i, err)
				return
			}
			mu.Lock()
			defer mu.Unlock()
			seen[out.Value.Order] = true
			if !out.Repeated {
				firsts++
			}
		})
	}
	wg.Wait()
	if len(seen) != 1 || firsts != 1 || orders(t, db.Pools.Read) != 1 {
		t.Errorf("orders %v, %d of them first, %d stand", seen, firsts, orders(t, db.Pools.Read))
	}
	var reserved int
	if err := db.Pools.Read.QueryRow(t.Context(), `select reserved from inventory_levels where sku_id = $1 and location_id = $2 and condition = 'sellable'`, f.Tray.SKU, f.Warehouse).Scan(&reserved); err != nil || reserved != 2 {
		t.Errorf("%d pieces are reserved, %v", reserved, err)
	}
}

// A17
func TestAChannelThatNeedsNoReviewConfirmsItsValidOrdersAndNoOthers(t *testing.T) {
	t.Parallel()
	db := pgtest.DB(t)
	f := company.Plant(t, db)
	_, err := txn.Do(t.Context(), db.DB, pgtest.Actor, txn.Once(), func(ctx context.Context, tx *txn.Tx) (struct{}, error) {
		ch, err := channel.Get(ctx, tx, f.Shop)
		if err != nil {
			return struct{}{}, err
		}
		ch.NeedsReview = false
		return struct{}{}, channel.Change(ctx, tx, ch)
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		channel, code string
		want          sales.State
	}{
		{"shop", f.Tray.Code, sales.Confirmed},
		{"shop", f.Candle.Code, sales.Placed}, // there is none: the stock check blocks
		{"desk", f.Tray.Code, sales.Placed},
	} {
		out, err := flow.TakeOrder(t.Context(), db.DB, integration, c.channel, fmt.Sprintf("%s-%s", c.channel, c.code), []byte(c.code), asked(c.code, 1))
		if err != nil {
			t.Fatalf("%s %s: %v", c.channel, c.code, err)
		}
		o, err := sales.Get(t.Context(), db.Pools.Read, out.Value.Order)
		if err != nil || o.State() != c.want || out.Value.Confirmed != (c.want == sales.Confirmed) {
			t.Errorf("an order of %s for %s is %s (confirmed %v), want %s; %v", c.channel, c.code, o.State(), out.Value.Confirmed, c.want, err)
		}
	}
}
