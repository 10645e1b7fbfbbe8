package replay_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"packhouse/internal/channel/uci"
	"packhouse/internal/pg"
	"packhouse/internal/pgtest"
	"packhouse/internal/replay"
	"packhouse/internal/trade"
)

func fixture(t testing.TB) []byte {
	t.Helper()
	b, err := os.ReadFile("testdata/orders.csv")
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func from(file []byte) uci.Open {
	return func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(file)), nil }
}

var (
	first   = trade.NewDay(2010, 12, 1)
	twoDays = trade.Period{From: first, Through: first.Add(1)}
)

// play replays the file and answers the report with the lines left, as "row
// why".
func play(t testing.TB, db *pgtest.Database, file []byte, o replay.Options) (*replay.Report, []string) {
	t.Helper()
	var left []string
	o.Left = func(l replay.Left) error {
		left = append(left, fmt.Sprintf("%d %s", l.No, l.Why))
		return nil
	}
	if o.Zone == nil {
		o.Zone = time.UTC
	}
	rep, err := replay.Run(t.Context(), db.DB, db.Pools.Read, from(file), o)
	if err != nil {
		t.Fatal(err)
	}
	return rep, left
}

func ask(t testing.TB, r pg.Reader, sql string, args ...any) (text string) {
	t.Helper()
	if err := r.QueryRow(t.Context(), sql, args...).Scan(&text); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return text
}

func TestTheOrdersOfAFileStandAsTheFileHasThem(t *testing.T) {
	t.Parallel()
	db := pgtest.DB(t)
	rep, left := play(t, db, fixture(t), replay.Options{Period: twoDays})
	for what, c := range map[string]struct{ sql, want string }{
		"orders": {`select string_agg(external_ref || ' ' || state || ' ' || total_minor || ' ' || tax_minor || ' ' || to_char(placed_at at time zone 'UTC', 'MM-DD HH24:MI'), ', ' order by external_ref) from sales_orders`,
			"700001 confirmed 5123 0 12-01 08:26, 700002 confirmed 16846960 0 12-01 09:15, 700004 confirmed 506 0 12-01 10:00, 700008 confirmed 340 0 12-01 11:30, 700010 confirmed 1250 0 12-02 09:05"},
		"lines of one SKU stay apart": {`select string_agg(l.kind || ' ' || l.sku_code || ' ' || l.quantity || ' ' || trim_scale(l.unit_price) || ' ' || l.net_minor, ', ' order by l.position)
			from sales_order_lines l join sales_orders o on o.id = l.order_id where o.external_ref = '700001'`,
			"goods 20001 6 2.55 1530, goods 20001 6 2.55 1530, goods 20002B 12 0.125 150, goods 20002B 1 0.125 13, service POST 1 18 1800, goods 20006 1 1 100"},
		"customers": {`select string_agg(distinct c.external_ref || ' ' || c.name, ', ') from customers c join sales_orders o on o.customer_id = c.id`,
			"uci-30001 UCI customer 30001, uci-30002 UCI customer 30002, uci-30003 UCI customer 30003, uci-walk-in-GB UCI walk-in customers, United Kingdom"},
		"countries":              {`select string_agg(distinct ship_to->>'country', ',') from sales_orders`, ",GB,IE"},
		"titles":                 {`select string_agg(code || ' ' || title, ', ' order by code) from catalog_skus`, "20001 TIN MUG RED, 20002B PLATE, SMALL, 20003 PAPER BIRD, 20004 PAPER CHAIN, 20006 LATE LINE, DOT DOTCOM POSTAGE, POST POSTAGE"},
		"all stock is reserved":  {`select sum(on_hand) || ' ' || sum(reserved) || ' ' || bool_and(on_hand = reserved) from inventory_levels`, "81038 81038 true"},
		"the ledger":             {`select sum(quantity) || ' ' || string_agg(distinct kind || ' ' || reason, ',') from inventory_movements`, "81038 opening Opening stock for the replay"},
		"the ledger's times":     {`select max(occurred_at at time zone 'UTC')::text from inventory_movements`, "2010-12-02 09:05:00"},
		"nobody is written to":   {`select count(*)::text from notify_mails`, "0"},
		"the lists show them":    {`select string_agg(distinct bucket || ' ' || sentence, ',') from sales_order_progress`, "work why.to_pick"},
		"events keep the clock":  {`select max(occurred_at at time zone 'UTC')::text || string_agg(distinct actor_kind, ',') from events`, "2010-12-02 09:05:00import"},
		"services are not lying": {`select count(*)::text from inventory_levels l join catalog_skus s on s.id = l.sku_id where s.code in ('POST', 'DOT')`, "0"},
	} {
		if got := ask(t, db.Pools.Read, c.sql); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", what, got, c.want)
		}
	}
	slices.Sort(left)
	if want := []string{"12 stock_adjustment", "13 nothing_priced", "14 bad_debt", "15 bad_quantity", "17 refused", "8 waits_for_returns"}; !slices.Equal(left, want) {
		t.Errorf("left %v, want %v", left, want)
	}
	// Money is that of the file: 0.125 rounds up, 0.001 away.
	text, err := json.Marshal(rep)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`"read":{"lines":18,"pieces":1000046,"value":"10022.196"}`, `"taken":{"lines":12,"pieces":81040,"value":"168541.786"}`,
		`"orders":5,"new_orders":5,"orders_total":"168541.79","rounding":"0.004"`, `"pieces_supplied":81038`, `"new_customers":4`, `"new_products":7`,
	} {
		if !strings.Contains(string(text), want) {
			t.Errorf("the report lacks %s:\n%s", want, text)
		}
	}
}

// world is how many rows every table has and how the counters stand.
func world(t testing.TB, db *pgtest.Database) string {
	return ask(t, db.Pools.Read, `
		select string_agg(t.table_name || ' ' || (xpath('/row/n/text()', query_to_xml(format('select count(*) as n from %I', t.table_name), false, true, '')))[1]::text, E'\n' order by t.table_name)
		from information_schema.tables t where t.table_schema = 'public' and t.table_type = 'BASE TABLE'`) +
		ask(t, db.Pools.Read, `select coalesce(sum(on_hand), 0)::text || coalesce(sum(reserved), 0)::text from inventory_levels`) + ask(t, db.Pools.Read, `select coalesce(sum(version), 0)::text from sales_orders`)
}

func TestASecondRunChangesNothingWhateverItsZone(t *testing.T) {
	t.Parallel()
	db := pgtest.DB(t)
	_, left := play(t, db, fixture(t), replay.Options{})
	before := world(t, db)
	for _, zone := range []*time.Location{time.UTC, time.FixedZone("Etc/GMT-1", 3600)} {
		rep, again := play(t, db, fixture(t), replay.Options{Zone: zone})
		if rep.Changed() || rep.Orders != 6 || len(again) != len(left) || rep.Taken.Lines+rep.LeftOver.Lines != 19 {
			t.Errorf("in %s: %+v, left %v", zone, rep, again)
		}
	}
	if after := world(t, db); after != before {
		t.Errorf("before\n%s\nafter\n%s", before, after)
	}
}

func TestAnInvoiceThatComesOtherwiseIsToldAndStaysAsItWas(t *testing.T) {
	t.Parallel()
	db := pgtest.DB(t)
	play(t, db, fixture(t), replay.Options{Period: twoDays})
	changed := bytes.Replace(fixture(t), []byte("700010,20004,PAPER CHAIN,10,"), []byte("700010,20004,PAPER CHAIN,11,"), 1)
	rep, left := play(t, db, changed, replay.Options{Period: twoDays})
	if rep.Changed() || !slices.Contains(left, "18 imported_otherwise") || rep.Orders != 4 {
		t.Errorf("%+v, left %v", rep, left)
	}
	if got := ask(t, db.Pools.Read, `select sum(quantity)::text from sales_order_lines l join sales_orders o on o.id = l.order_id where o.external_ref = '700010'`); got != "10" {
		t.Errorf("the order has %s pieces", got)
	}
}

func TestARunThatWasCutOffGoesOnWhereItStopped(t *testing.T) {
	t.Parallel()
	whole, cut := pgtest.DB(t), pgtest.DB(t)
	play(t, whole, fixture(t), replay.Options{})
	full := errors.New("the disk is full")
	_, err := replay.Run(t.Context(), cut.DB, cut.Pools.Read, from(fixture(t)), replay.Options{Zone: time.UTC, Workers: 1, Left: func(l replay.Left) error {
		if l.Why == "bad_debt" {
			return full
		}
		return nil
	}})
	if !errors.Is(err, full) {
		t.Fatalf("the fault was %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := replay.Run(ctx, cut.DB, cut.Pools.Read, from(fixture(t)), replay.Options{Zone: time.UTC}); !errors.Is(err, context.Canceled) {
		t.Fatalf("a run that is stopped at once gave %v", err)
	}
	rep, _ := play(t, cut, fixture(t), replay.Options{})
	const orders = `select string_agg(external_ref || state || total_minor, ',' order by external_ref) from sales_orders`
	if got, want := ask(t, cut.Pools.Read, orders), ask(t, whole.Pools.Read, orders); got != want || rep.Orders != 6 {
		t.Errorf("%d orders: %s, want %s", rep.Orders, got, want)
	}
	const stock = `select sum(on_hand) || ' ' || sum(reserved) || ' ' || (select sum(quantity) from inventory_movements) from inventory_levels`
	if got, want := ask(t, cut.Pools.Read, stock), ask(t, whole.Pools.Read, stock); got != want {
		t.Errorf("stock %s, want %s", got, want)
	}
}

func TestTwoRunsAtOnceMakeEachOrderOnce(t *testing.T) {
	t.Parallel()
	db := pgtest.DB(t)
	var both sync.WaitGroup
	made := make([]int, 2)
	for i := range made {
		both.Go(func() {
			rep, err := replay.Run(t.Context(), db.DB, db.Pools.Read, from(fixture(t)), replay.Options{Zone: time.UTC, Workers: 2})
			if err != nil {
				t.Error(err)
				return
			}
			made[i] = rep.NewOrders
		})
	}
	both.Wait()
	if got := ask(t, db.Pools.Read, `select count(*) || ' ' || count(distinct external_ref) from sales_orders`); got != "6 6" || made[0]+made[1] != 6 {
		t.Errorf("%s orders stand, made %v", got, made)
	}
	if got := ask(t, db.Pools.Read, `select sum(on_hand - reserved)::text from inventory_levels`); got != "0" {
		t.Errorf("%s pieces came in too many", got)
	}
}

func TestAFileWithoutASaleMakesNothing(t *testing.T) {
	t.Parallel()
	db := pgtest.DB(t)
	before := world(t, db)
	rep, left := play(t, db, fixture(t), replay.Options{Period: trade.Period{From: first.Add(30)}})
	if rep.Changed() || rep.Read.Lines != 0 || len(left) != 0 || world(t, db) != before {
		t.Errorf("%+v, left %v", rep, left)
	}
}
