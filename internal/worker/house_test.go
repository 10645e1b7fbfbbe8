package worker

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"packhouse/internal/id"
	"packhouse/internal/link"
	"packhouse/internal/notify"
	"packhouse/internal/pg"
	"packhouse/internal/pgtest"
	"packhouse/internal/problem"
	"packhouse/internal/txn"
)

var staff = txn.Actor{Kind: txn.Staff, ID: 1, Name: "Sam Sales"}

// The test program is also the worker process that the tests kill: a process
// cannot be killed with -9 and go on testing.
func TestMain(m *testing.M) {
	if smtp := os.Getenv("TEST_WORKER_SMTP"); smtp != "" {
		if err := workUntilKilled(os.Getenv("TEST_WORKER_DATABASE"), smtp); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

func workUntilKilled(database, smtp string) error {
	ctx := context.Background()
	pools, err := pg.Open(ctx, pg.Config{URL: database})
	if err != nil {
		return err
	}
	client, err := newClient(pools, txn.Open(pools.Write, nil, txn.DefaultLimits), smtp, Config{})
	if err != nil {
		return err
	}
	if err := client.Start(ctx); err != nil {
		return err
	}
	fmt.Println("working")
	_, err = io.Copy(io.Discard, os.Stdin) // ends by itself should the test die first
	return err
}

// startProcess starts a worker as a process of its own and answers the function
// that kills it with SIGKILL.
func startProcess(t *testing.T, db *pgtest.Database, smtp string) (kill func()) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "TEST_WORKER_DATABASE="+db.URL, "TEST_WORKER_SMTP="+smtp)
	cmd.Stderr = os.Stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	kill = func() {
		_ = cmd.Process.Kill() // it may be dead already
		_ = cmd.Wait()
		stdin.Close()
	}
	t.Cleanup(kill)
	if line, err := bufio.NewReader(stdout).ReadString('\n'); line != "working\n" {
		t.Fatalf("the worker process said %q: %v", line, err)
	}
	return kill
}

func newClient(pools *pg.Pools, db *txn.DB, smtp string, c Config) (*Client, error) {
	keys, err := link.NewKeys([]byte("a secret key of more than thirty-two characters"))
	if err != nil {
		return nil, err
	}
	server, err := notify.NewServer(smtp)
	if err != nil {
		return nil, err
	}
	none := func(context.Context) (int, error) { return 0, nil }
	settings, err := configure(pools, db, Deps{Keys: keys, Mail: server, SweepSoft: none, SweepSessions: none,
		House: func(context.Context, pg.Reader) (notify.House, error) {
			return notify.House{Name: "Brenner", Colour: "#0b5f66", From: "orders@brenner.example", BaseURL: "https://oms.brenner.example", Zone: "UTC"}, nil
		}}, c)
	if err != nil {
		return nil, err
	}
	settings.TestOnly = true // begins to look after the queue at once instead of some seconds later
	return river.NewClient(riverpgxv5.New(pools.Write), settings)
}

// start runs a worker in this process until the test ends.
func start(t *testing.T, db *pgtest.Database, smtp string, c Config) *Client {
	t.Helper()
	client, err := newClient(&db.Pools, db.DB, smtp, c)
	if err != nil {
		t.Fatal(err)
	}
	if err := client.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { <-client.Stopped() }) // the end of the test's context stops it
	return client
}

// post commits a command that records one event and writes one mail.
func post(t *testing.T, db *pgtest.Database, to string, why notify.Why) id.Mail {
	t.Helper()
	out, err := txn.Do(t.Context(), db.DB, staff, txn.Once(), func(ctx context.Context, tx *txn.Tx) (id.Mail, error) {
		l, err := link.Make(ctx, tx, link.ShopLogin, "customer", 1, 0)
		if err != nil {
			return 0, err
		}
		tx.Record(txn.Event{Kind: "test.happened", Subject: txn.Subject{Type: "test", ID: 1}})
		return notify.Send(ctx, tx, notify.Mail{Kind: notify.ShopLogin, To: to, Language: "en", Args: problem.With("link", int64(l.ID)), Suppress: why})
	})
	if err != nil {
		t.Fatal(err)
	}
	return out.Value
}

type standing struct {
	State, Error, Why, MessageID, Text string
	Attempts                           int
}

func stands(t *testing.T, db *pgtest.Database, which id.Mail) standing {
	t.Helper()
	rows, err := db.Pools.Read.Query(t.Context(), `select state, last_error, why, message_id, body_text, attempts from notify_mails where id = $1`, int64(which))
	if err != nil {
		t.Fatal(err)
	}
	s, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByPos[standing])
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func count(t *testing.T, db *pgtest.Database, sql string, args ...any) (n int) {
	t.Helper()
	if err := db.Pools.Read.QueryRow(t.Context(), sql, args...).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func exec1(t *testing.T, db *pgtest.Database, sql string) {
	t.Helper()
	if _, err := db.Pools.Write.Exec(t.Context(), sql); err != nil {
		t.Fatal(err)
	}
}

// aMinuteLater moves what a dead worker left behind into the past, as far as
// the clocks care: leases, running jobs, and who looks after the queue.
func aMinuteLater(t *testing.T, db *pgtest.Database) {
	t.Helper()
	exec1(t, db, `update notify_mails set leased_until = leased_until - interval '1 minute'`)
	exec1(t, db, `update river_job set attempted_at = attempted_at - interval '1 minute' where state = 'running'`)
	exec1(t, db, `delete from river_leader`)
}
