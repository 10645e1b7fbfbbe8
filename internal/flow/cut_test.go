package flow_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"packhouse/internal/flow"
	"packhouse/internal/id"
	"packhouse/internal/pg"
	"packhouse/internal/pgtest"
	"packhouse/internal/sales"
	"packhouse/internal/txn"
)

// halfway names the environment variable that turns this test program into one
// that goes half way into a confirmation and then stands still.
const halfway = "PACKHOUSE_TEST_CONFIRM_HALFWAY"

func init() {
	if os.Getenv(halfway) == "" {
		return
	}
	order, err := strconv.ParseInt(os.Getenv(halfway+"_ORDER"), 10, 64)
	if err == nil {
		err = confirmHalfway(os.Getenv(halfway), id.Order(order), id.Key(os.Getenv(halfway+"_KEY")))
	}
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

func confirmHalfway(url string, order id.Order, key id.Key) error {
	ctx := context.Background()
	pools, err := pg.Open(ctx, pg.Config{URL: url})
	if err != nil {
		return err
	}
	_, err = txn.Do(ctx, txn.Open(pools.Write, nil, txn.DefaultLimits), pgtest.Actor, txn.NewCommand(key, "confirm"), func(ctx context.Context, tx *txn.Tx) (flow.Confirmation, error) {
		done, err := flow.ConfirmOrder(ctx, tx, order, flow.Confirming{})
		if err != nil {
			return done, err
		}
		if err := tx.Flush(ctx); err != nil {
			return done, err
		}
		fmt.Println("halfway: reserved", done.Reserved)
		select {}
	})
	return err
}

// footprint is everything a confirmation leaves.
func (h *house) footprint(t testing.TB, order id.Order) string {
	t.Helper()
	return fmt.Sprintf("%s, %d reserved, %d work, %d promises, %d events, %d mails, %d jobs", h.order(t, order).State(), h.holds(t, order),
		h.count(t, `select count(*) from fulfilment_orders where order_id = $1`, order),
		h.count(t, `select count(*) from sales_promises where order_id = $1`, order),
		h.count(t, `select count(*) from events where order_id = $1 and kind = 'order.confirmed'`, order),
		h.count(t, `select count(*) from notify_mails where order_id = $1 and kind = 'order.confirmed'`, order),
		h.count(t, `select count(*) from river_job j join notify_mails m on m.id = (j.args ->> 'mail')::bigint where m.order_id = $1 and m.kind = 'order.confirmed'`, order))
}

const (
	untouched = "placed, 0 reserved, 0 work, 0 promises, 0 events, 0 mails, 0 jobs"
	confirmed = "confirmed, 2 reserved, 1 work, 1 promises, 1 events, 1 mails, 1 jobs"
)

// retry presses confirm with the same key until there is an answer.
func (h *house) retry(t testing.TB, order id.Order, cmd txn.Command) txn.Outcome[flow.Confirmation] {
	t.Helper()
	for range 50 {
		out, err := txn.Do(t.Context(), h.wide, pgtest.Actor, cmd, func(ctx context.Context, tx *txn.Tx) (flow.Confirmation, error) {
			return flow.ConfirmOrder(ctx, tx, order, flow.Confirming{})
		})
		if err == nil {
			return out
		}
		if !pg.Away(err) {
			t.Fatalf("retry: %v", err)
		}
	}
	t.Fatal("no retry came through")
	panic("unreachable")
}

// A08
func TestAProcessKilledMidwayThroughAConfirmLeavesNothing(t *testing.T) {
	t.Parallel()
	h := open(t)
	order := h.place(t, h.API, line(h.Tray, 2))
	key := id.NewKey()
	self := must(os.Executable())(t)
	child := exec.Command(self)
	child.Env = append(os.Environ(), halfway+"="+h.URL, halfway+"_ORDER="+id.Text(order), halfway+"_KEY="+string(key))
	var said bytes.Buffer
	child.Stderr = &said
	out := must(child.StdoutPipe())(t)
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	told, err := bufio.NewReader(out).ReadString('\n')
	if err != nil || told != "halfway: reserved 2\n" {
		t.Fatalf("the child said %q, %v, %s", told, err, said.String())
	}
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = child.Wait() // it was killed
	if got := h.footprint(t, order); got != untouched {
		t.Errorf("after the kill: %s", got)
	}
	cmd := txn.NewCommand(key, "confirm")
	if out := h.retry(t, order, cmd); out.Repeated || out.Value.Reserved != 2 {
		t.Errorf("the retry gave %+v", out)
	}
	if out := h.retry(t, order, cmd); !out.Repeated || out.Value.Reserved != 2 {
		t.Errorf("another gave %+v", out)
	}
	if got := h.footprint(t, order); got != confirmed {
		t.Errorf("after the retry: %s", got)
	}
	h.clean(t)
}

// A08
func TestABackendThatDiesBetweenTwoStatementsLeavesNothing(t *testing.T) {
	t.Parallel()
	h := open(t)
	order := h.place(t, h.API, line(h.Tray, 2))
	cmd := txn.NewCommand(id.NewKey(), "confirm")
	_, err := txn.Do(t.Context(), h.wide, pgtest.Actor, cmd, func(ctx context.Context, tx *txn.Tx) (flow.Confirmation, error) {
		done, err := flow.ConfirmOrder(ctx, tx, order, flow.Confirming{})
		if err != nil {
			return done, err
		}
		var pid int
		if err := tx.QueryRow(ctx, `select pg_backend_pid()`).Scan(&pid); err != nil {
			return done, err
		}
		_, err = h.Pools.Write.Exec(ctx, `select pg_terminate_backend($1, 5000)`, pid)
		return done, err
	})
	if !pg.Away(err) {
		t.Errorf("the cut off confirm gave %v", err)
	}
	if got := h.footprint(t, order); got != untouched {
		t.Errorf("afterwards: %s", got)
	}
	if out := h.retry(t, order, cmd); out.Repeated {
		t.Errorf("the retry gave %+v", out)
	}
	if got := h.footprint(t, order); got != confirmed {
		t.Errorf("after the retry: %s", got)
	}
	h.clean(t)
}

// A08
func TestABackendThatDiesDuringTheCommitLeavesNothing(t *testing.T) {
	t.Parallel()
	h := open(t)
	order := h.place(t, h.API, line(h.Tray, 2))
	for _, sql := range []string{
		`create function die() returns trigger language plpgsql as $$ begin perform pg_terminate_backend(pg_backend_pid()); return null; end $$`,
		`create constraint trigger die after insert on commands deferrable initially deferred for each row execute function die()`,
	} {
		must(h.Pools.Write.Exec(t.Context(), sql))(t)
	}
	cmd := txn.NewCommand(id.NewKey(), "confirm")
	_, err := txn.Do(t.Context(), h.wide, pgtest.Actor, cmd, func(ctx context.Context, tx *txn.Tx) (flow.Confirmation, error) {
		return flow.ConfirmOrder(ctx, tx, order, flow.Confirming{})
	})
	if !pg.Away(err) {
		t.Errorf("the commit that was cut off gave %v", err)
	}
	if got := h.footprint(t, order); got != untouched {
		t.Errorf("afterwards: %s", got)
	}
	must(h.Pools.Write.Exec(t.Context(), `drop trigger die on commands`))(t)
	if out := h.retry(t, order, cmd); out.Repeated {
		t.Errorf("the retry gave %+v", out)
	}
	if got := h.footprint(t, order); got != confirmed {
		t.Errorf("after the retry: %s", got)
	}
	h.clean(t)
}

// deaf is a connection that can be made to hear nothing after its commit has
// been sent: the answer is lost and the work is done.
type deaf struct {
	net.Conn
	armed *atomic.Bool
	lost  bool
}

func (d *deaf) Write(b []byte) (int, error) {
	n, err := d.Conn.Write(b)
	if bytes.Contains(b, []byte("commit\x00")) && d.armed.CompareAndSwap(true, false) {
		d.lost = true
	}
	return n, err
}

func (d *deaf) Read(b []byte) (int, error) {
	if d.lost {
		// The answer is waited for, so that the commit is there when the caller looks, and thrown away.
		if _, err := d.Conn.Read(b); err != nil {
			return 0, err
		}
		return 0, net.ErrClosed
	}
	return d.Conn.Read(b)
}

// A08, A02
func TestAConfirmWhoseAnswerIsLostIsNotDoneTwice(t *testing.T) {
	t.Parallel()
	h := open(t)
	var armed atomic.Bool
	db, _ := pgtest.Wide(t, h.Database, 1, func(c *pgxpool.Config) {
		dial := c.ConnConfig.DialFunc
		c.ConnConfig.DialFunc = func(ctx context.Context, network, address string) (net.Conn, error) {
			conn, err := dial(ctx, network, address)
			return &deaf{Conn: conn, armed: &armed}, err
		}
	})
	order := h.place(t, h.API, line(h.Tray, 2))
	cmd := txn.NewCommand(id.NewKey(), "confirm")
	armed.Store(true)
	_, err := txn.Do(t.Context(), db, pgtest.Actor, cmd, func(ctx context.Context, tx *txn.Tx) (flow.Confirmation, error) {
		return flow.ConfirmOrder(ctx, tx, order, flow.Confirming{})
	})
	if err == nil || armed.Load() {
		t.Fatalf("the answer was not lost: %v", err)
	}
	if got := h.footprint(t, order); got != confirmed {
		t.Errorf("what was committed: %s", got)
	}
	if out := h.retry(t, order, cmd); !out.Repeated || out.Value.Reserved != 2 {
		t.Errorf("the retry gave %+v", out)
	}
	if got := h.footprint(t, order); got != confirmed {
		t.Errorf("after the retry: %s", got)
	}
	h.clean(t)
}

// A08
func TestWhateverIsCutOffARetryWithTheSameKeyGivesOneEffect(t *testing.T) {
	t.Parallel()
	h := open(t)
	p := h.product(t, 80, 0)
	orders := make([]id.Order, 40)
	together(len(orders), func(i int) { orders[i] = h.place(t, h.API, line(p, 2)) })
	ctx, stop := context.WithCancel(t.Context())
	var killer sync.WaitGroup
	kills := 0
	killer.Go(func() {
		for ctx.Err() == nil && kills < 60 {
			var n int
			// One of those that are in the middle of something.
			err := h.Pools.Write.QueryRow(ctx, `
				select count(pg_terminate_backend(pid))
				from (select pid from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and xact_start is not null order by random() limit 1) x`).Scan(&n)
			if err == nil {
				kills += n
			}
		}
	})
	together(len(orders), func(i int) {
		cmd := txn.NewCommand(id.NewKey(), "confirm")
		for range 500 {
			out, err := txn.Do(t.Context(), h.wide, pgtest.Actor, cmd, func(ctx context.Context, tx *txn.Tx) (flow.Confirmation, error) {
				return flow.ConfirmOrder(ctx, tx, orders[i], flow.Confirming{})
			})
			if err == nil {
				if out.Value.Reserved != 2 {
					t.Errorf("it gave %+v", out)
				}
				return
			}
			if !pg.Away(err) {
				t.Errorf("confirm: %v", err)
				return
			}
		}
		t.Errorf("order %d never came through", orders[i])
	})
	stop()
	killer.Wait()
	t.Logf("%d connections were cut", kills)
	for _, o := range orders {
		if got := h.footprint(t, o); got != confirmed {
			t.Errorf("order %d: %s", o, got)
		}
	}
	if h.reserved(t, p) != 80 || h.order(t, orders[0]).State() != sales.Confirmed {
		t.Errorf("%d reserved", h.reserved(t, p))
	}
	h.clean(t)
}
