package flow_test

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"packhouse/internal/flow"
	"packhouse/internal/id"
	"packhouse/internal/pg"
	"packhouse/internal/pgtest"
	"packhouse/internal/sales"
	"packhouse/internal/txn"
	"packhouse/internal/words"
)

type happened struct {
	kind, who, data string
	actor           int64
	public          bool
	at              time.Time
	key             string
}

const timelineSQL = `select kind, actor_name, data::text, coalesce(actor_id, 0), public, occurred_at, command_key::text from events where order_id = $1 order by id`

func (h *house) timeline(t testing.TB, order id.Order) (all []happened) {
	t.Helper()
	rows := must(h.Pools.Read.Query(t.Context(), timelineSQL, order))(t)
	defer rows.Close()
	for rows.Next() {
		var e happened
		if err := rows.Scan(&e.kind, &e.who, &e.data, &e.actor, &e.public, &e.at, &e.key); err != nil {
			t.Fatal(err)
		}
		all = append(all, e)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

// A78
func TestEveryChangeOfAnOrderNamesWhoWhenWhatAndWhy(t *testing.T) {
	t.Parallel()
	h := open(t)
	p := h.product(t, 3, 0)
	mira := txn.Actor{Kind: txn.Staff, ID: 42, Name: "Mira Berg"}
	as := func(fn func(context.Context, *txn.Tx) error) id.Key {
		t.Helper()
		cmd := txn.Once()
		if _, err := txn.Do(t.Context(), h.wide, mira, cmd, func(ctx context.Context, tx *txn.Tx) (struct{}, error) { return struct{}{}, fn(ctx, tx) }); err != nil {
			t.Fatal(err)
		}
		return cmd.Key
	}
	var order id.Order
	var hold id.Hold
	in := newOrder(h.Back, line(p, 5))
	var first sales.Line
	for _, step := range []struct {
		name   string
		do     func(context.Context, *txn.Tx) error
		kind   string
		public bool
		says   []string // names of what the event must carry
	}{
		{"place", func(ctx context.Context, tx *txn.Tx) error {
			placed, err := flow.PlaceOrder(ctx, tx, in)
			order = placed.Order
			return err
		}, "order.placed", true, []string{"channel", "number", "total"}},
		{"note", func(ctx context.Context, tx *txn.Tx) error {
			return flow.NoteOrder(ctx, tx, sales.Note{Order: order, Text: "called back"})
		}, "order.noted", false, []string{"text"}},
		{"amend", func(ctx context.Context, tx *txn.Tx) error {
			a := h.order(t, order).Amendment()
			a.PONumber = "PO-7"
			return flow.AmendOrder(ctx, tx, order, 0, a)
		}, "order.amended", true, []string{"fields"}},
		{"confirm", func(ctx context.Context, tx *txn.Tx) error {
			_, err := flow.ConfirmOrder(ctx, tx, order, flow.Confirming{})
			first = h.order(t, order).Lines[0]
			return err
		}, "order.confirmed", true, []string{"reserved", "backordered"}},
		{"hold", func(ctx context.Context, tx *txn.Tx) (err error) {
			hold, err = flow.HoldOrder(ctx, tx, order, 0, held("address", "no house number", true, "ship"))
			return err
		}, "order.held", false, []string{"type", "reason", "owner", "blocks", "keeps_stock"}},
		{"lift", func(ctx context.Context, tx *txn.Tx) error {
			return flow.LiftHold(ctx, tx, order, 0, hold, "number 7")
		}, "order.released", false, []string{"type", "was", "reason"}},
		{"reserve", func(ctx context.Context, tx *txn.Tx) error {
			_, err := flow.ReserveNow(ctx, tx, order, 0)
			return err
		}, "order.reserved", false, []string{"pieces"}},
		{"reduce", func(ctx context.Context, tx *txn.Tx) error {
			_, err := flow.CancelOrder(ctx, tx, order, flow.Cancelling{Takes: []sales.Take{{Line: first.ID, Pieces: 1}}, Reason: "one too many"})
			return err
		}, "order.reduced", true, []string{"reason", "before", "after", "lines", "pieces", "freed"}},
		{"cancel", func(ctx context.Context, tx *txn.Tx) error {
			_, err := flow.CancelOrder(ctx, tx, order, flow.Cancelling{Reason: "changed their mind"})
			return err
		}, "order.cancelled", true, []string{"reason", "freed"}},
	} {
		if step.name == "reserve" {
			h.receive(t, p, h.Warehouse, 9)
		}
		seen := 0
		if order != 0 {
			seen = len(h.timeline(t, order))
		}
		key := as(step.do)
		now := h.timeline(t, order)
		if len(now) != seen+1 {
			t.Fatalf("%s left %d events", step.name, len(now)-seen)
		}
		e := now[seen]
		var data map[string]any
		if err := json.Unmarshal([]byte(e.data), &data); err != nil {
			t.Fatal(err)
		}
		if e.kind != step.kind || e.who != mira.Name || e.actor != mira.ID || e.public != step.public || e.key != string(key) || e.at.IsZero() || seen > 0 && e.at.Before(now[seen-1].at) {
			t.Errorf("%s: %+v", step.name, e)
		}
		for _, name := range step.says {
			if v, ok := data[name]; !ok || v == "" {
				t.Errorf("%s does not say %s: %s", step.name, name, e.data)
			}
		}
		if !words.For("en").Has("event." + e.kind) {
			t.Errorf("%s has no sentence", e.kind)
		}
	}
	if public := must(sales.Timeline(t.Context(), h.Pools.Read, order, true, 100))(t); slices.ContainsFunc(public, func(e sales.Happening) bool { return !e.Public }) || len(public) != 5 {
		t.Errorf("the customer reads %d events: %+v", len(public), public)
	}
	h.clean(t)
}

// A78
func TestWhatHappenedCannotBeChangedOrTakenAway(t *testing.T) {
	t.Parallel()
	h := open(t)
	order := h.place(t, h.API, line(h.Tray, 1))
	must(h.confirm(order))(t)
	for _, sql := range []string{
		`update events set actor_name = 'Somebody else'`, `delete from events`, `truncate events`,
		`update inventory_movements set quantity = quantity + 1`, `delete from inventory_movements`, `truncate inventory_movements`,
		`update sales_promises set promised_day = promised_day + 1`, `delete from sales_promises`,
	} {
		_, err := h.Pools.Write.Exec(t.Context(), sql)
		if name, ok := pg.Violates(err); !ok || !strings.HasSuffix(name, "_append_only") {
			t.Errorf("%s gave %v", sql, err)
		}
	}
}

// A78
func TestARefusedCommandLeavesNoTrace(t *testing.T) {
	t.Parallel()
	h := open(t)
	order := h.place(t, h.API, line(h.Candle, 1))
	events, mails, keys := h.count(t, `select count(*) from events`), h.count(t, `select count(*) from notify_mails`), h.count(t, `select count(*) from commands`)
	if _, err := h.confirm(order); !refused(err, "why.short") {
		t.Fatalf("it gave %v", err)
	}
	_, err := txn.Do(t.Context(), h.wide, pgtest.Actor, txn.Once(), func(ctx context.Context, tx *txn.Tx) (struct{}, error) {
		return struct{}{}, flow.NoteOrder(ctx, tx, sales.Note{Order: order, Text: " "})
	})
	if err == nil || h.count(t, `select count(*) from events`) != events || h.count(t, `select count(*) from notify_mails`) != mails || h.count(t, `select count(*) from commands`) != keys {
		t.Errorf("refusals left something: %v", err)
	}
}
