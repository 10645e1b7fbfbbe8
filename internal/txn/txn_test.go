package txn_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"packhouse/internal/id"
	"packhouse/internal/job"
	"packhouse/internal/pg"
	"packhouse/internal/pgtest"
	"packhouse/internal/problem"
	"packhouse/internal/txn"
)

type nothing = struct{}

// open is a database with a table to write to, through one connection: a
// connection that comes back dirty is met by the next command.
func open(t *testing.T, conns int32) (*pgtest.Database, *txn.DB) {
	t.Helper()
	db := pgtest.DB(t)
	for _, sql := range []string{
		`create table marks (n integer primary key, of integer references marks deferrable initially deferred)`,
		`create table pairs (n integer primary key, seen integer not null default 0)`,
		`insert into pairs (n) values (1), (2)`,
	} {
		if _, err := db.Pools.Write.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	wide, _ := pgtest.Wide(t, db, conns, nil)
	return db, wide
}

func count(t *testing.T, db *pgtest.Database, sql string) (n int) {
	t.Helper()
	if err := db.Pools.Read.QueryRow(t.Context(), sql).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// kept is what a command leaves: marks, events, jobs and its key.
func kept(t *testing.T, db *pgtest.Database) string {
	t.Helper()
	return fmt.Sprint(count(t, db, `select count(*) from marks`), count(t, db, `select count(*) from events`),
		count(t, db, `select count(*) from river_job`), count(t, db, `select count(*) from commands`))
}

const markSQL = `insert into marks (n) values ($1)`

func mark(tx *txn.Tx, n int) {
	tx.Queue(markSQL, 1, nil, n)
	tx.Record(txn.Event{Kind: "test.marked", Subject: txn.About("mark", int64(n))})
}

func try(db *txn.DB, cmd txn.Command, fn func(context.Context, *txn.Tx) (int, error)) (txn.Outcome[int], error) {
	return txn.Do(context.Background(), db, pgtest.Actor, cmd, fn)
}

// works makes a command and looks whether it is kept.
func works(t *testing.T, db *pgtest.Database, wide *txn.DB) {
	t.Helper()
	before := count(t, db, `select count(*) from marks`)
	out, err := try(wide, txn.Once(), func(ctx context.Context, tx *txn.Tx) (int, error) {
		mark(tx, 1000+before)
		return before, nil
	})
	if err != nil || out.Value != before || count(t, db, `select count(*) from marks`) != before+1 {
		t.Errorf("the next command gave %+v, %v", out, err)
	}
}

var errOurs = errors.New("ours")

// A08
func TestNothingIsKeptOfACommandThatFails(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		fn   func(context.Context, *txn.Tx) (int, error)
		want func(error) bool
	}{
		{"by an error before anything was sent", func(_ context.Context, tx *txn.Tx) (int, error) {
			mark(tx, 1)
			return 0, errOurs
		}, func(err error) bool { return err == errOurs }},
		{"by an error after it was sent", func(ctx context.Context, tx *txn.Tx) (int, error) {
			mark(tx, 1)
			if err := tx.Flush(ctx); err != nil {
				return 0, err
			}
			return 0, errOurs
		}, func(err error) bool { return err == errOurs }},
		{"with rows nobody closed", func(ctx context.Context, tx *txn.Tx) (int, error) {
			mark(tx, 1)
			rows, err := tx.Query(ctx, `select generate_series(1, 10000)`)
			if err != nil || !rows.Next() {
				return 0, err
			}
			return 0, errOurs
		}, func(err error) bool { return err == errOurs }},
		{"by a statement that is wrong", func(ctx context.Context, tx *txn.Tx) (int, error) {
			mark(tx, 1)
			_, err := tx.Exec(ctx, `select 1 / 0`)
			return 0, err
		}, func(err error) bool { return code(err) == "22012" }},
		{"by an error that was swallowed", func(ctx context.Context, tx *txn.Tx) (int, error) {
			mark(tx, 1)
			_, _ = tx.Exec(ctx, `select 1 / 0`) // nobody looks
			return 0, nil
		}, func(err error) bool { return err != nil }},
		{"by a queued write that changed too little", func(_ context.Context, tx *txn.Tx) (int, error) {
			mark(tx, 1)
			tx.Queue(`update pairs set seen = 1 where n = 99`, 1, &problem.Stale{What: "pair"})
			return 0, nil
		}, func(err error) bool { _, ok := errors.AsType[*problem.Stale](err); return ok }},
		{"by a queued write that changed too much", func(ctx context.Context, tx *txn.Tx) (int, error) {
			mark(tx, 1)
			tx.Queue(`update pairs set seen = 1`, 1, nil)
			var n int
			return n, tx.QueryRow(ctx, `select 1`).Scan(&n)
		}, func(err error) bool { return err != nil && strings.Contains(err.Error(), "2 rows changed where 1") }},
		{"because nobody says what happened", func(_ context.Context, tx *txn.Tx) (int, error) {
			tx.Queue(markSQL, 1, nil, 1)
			return 0, nil
		}, func(err error) bool { return errors.Is(err, txn.ErrSilent) }},
		{"because what was written at once is silent", func(ctx context.Context, tx *txn.Tx) (int, error) {
			_, err := tx.Exec(ctx, markSQL, 1)
			return 0, err
		}, func(err error) bool { return errors.Is(err, txn.ErrSilent) }},
		{"because what was written and read back is silent", func(ctx context.Context, tx *txn.Tx) (n int, err error) {
			return n, tx.QueryRow(ctx, `insert into marks (n) values (1) returning n`).Scan(&n)
		}, func(err error) bool { return errors.Is(err, txn.ErrSilent) }},
		{"because what was written and read back with the next is silent", func(_ context.Context, tx *txn.Tx) (int, error) {
			var seen []int
			txn.ReadAll(tx, &seen, pgx.RowTo[int], `insert into marks (n) values (1) returning n`)
			return 0, nil
		}, func(err error) bool { return errors.Is(err, txn.ErrSilent) }},
		{"when the database looks again at the end", func(_ context.Context, tx *txn.Tx) (int, error) {
			mark(tx, 1)
			tx.Queue(`insert into marks (n, of) values (2, 99)`, 1, nil)
			return 0, nil
		}, func(err error) bool { name, ok := pg.Violates(err); return ok && name == "marks_of_fkey" }},
		{"by a mark that was made twice", func(_ context.Context, tx *txn.Tx) (int, error) {
			mark(tx, 1)
			tx.Enqueue(job.SendMail{Mail: 1}, nil)
			tx.Queue(`insert into marks (n) values (1)`, 1, nil)
			return 0, nil
		}, func(err error) bool { return code(err) == "23505" }},
		{"with a job", func(ctx context.Context, tx *txn.Tx) (int, error) {
			mark(tx, 1)
			tx.Enqueue(job.SendMail{Mail: 1}, nil)
			tx.Queue(`insert into marks (n, of) values (2, 99)`, 1, nil)
			return 0, tx.Flush(ctx)
		}, func(err error) bool { return code(err) == "23503" }},
		{"when its connection is cut", func(ctx context.Context, tx *txn.Tx) (int, error) {
			mark(tx, 1)
			var cut bool
			err := tx.QueryRow(ctx, `select pg_terminate_backend(pg_backend_pid())`).Scan(&cut)
			return 0, err
		}, func(err error) bool { return err != nil }},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			db, wide := open(t, 1)
			if _, err := try(wide, txn.Once(), c.fn); !c.want(err) {
				t.Errorf("it gave %v", err)
			}
			if got := kept(t, db); got != "0 0 0 0" {
				t.Errorf("marks, events, jobs and keys: %s", got)
			}
			works(t, db, wide)
		})
	}
}

func code(err error) string {
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return e.Code
	}
	return ""
}

// A08
func TestAPanicRollsBackAndGoesOn(t *testing.T) {
	t.Parallel()
	for name, midway := range map[string]func(context.Context, *txn.Tx){
		"before anything was sent": func(context.Context, *txn.Tx) {},
		"after it was sent":        func(ctx context.Context, tx *txn.Tx) { _ = tx.Flush(ctx) },
		"while rows are read":      func(ctx context.Context, tx *txn.Tx) { _, _ = tx.Query(ctx, `select generate_series(1, 10000)`) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db, wide := open(t, 1)
			func() {
				defer func() {
					if r := recover(); r != "ours" {
						t.Errorf("the panic became %v", r)
					}
				}()
				_, err := try(wide, txn.Once(), func(ctx context.Context, tx *txn.Tx) (int, error) {
					mark(tx, 1)
					midway(ctx, tx)
					panic("ours")
				})
				t.Errorf("it gave %v", err)
			}()
			if got := kept(t, db); got != "0 0 0 0" {
				t.Errorf("marks, events, jobs and keys: %s", got)
			}
			works(t, db, wide)
		})
	}
}

func TestACommandWhoseCallerGoesAwayKeepsNothing(t *testing.T) {
	t.Parallel()
	db, wide := open(t, 1)
	ctx, leave := context.WithCancel(t.Context())
	_, err := txn.Do(ctx, wide, pgtest.Actor, txn.Once(), func(ctx context.Context, tx *txn.Tx) (int, error) {
		mark(tx, 1)
		if err := tx.Flush(ctx); err != nil {
			return 0, err
		}
		leave()
		return 0, nil
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("it gave %v", err)
	}
	if got := kept(t, db); got != "0 0 0 0" {
		t.Errorf("marks, events, jobs and keys: %s", got)
	}
	works(t, db, wide)
}

func TestEverythingOfACommandIsKeptTogether(t *testing.T) {
	t.Parallel()
	db, wide := open(t, 1)
	cmd := txn.Once()
	_, err := try(wide, cmd, func(_ context.Context, tx *txn.Tx) (int, error) {
		mark(tx, 1)
		tx.Enqueue(job.SendMail{Mail: 1}, nil)
		return 7, nil
	})
	if got := kept(t, db); err != nil || got != "1 1 1 1" {
		t.Fatalf("marks, events, jobs and keys: %s, %v", got, err)
	}
	var key, actor, kind string
	var outcome []byte
	err = db.Pools.Read.QueryRow(t.Context(), `select e.command_key, e.actor_kind || ' ' || e.actor_id || ' ' || e.actor_name, e.kind, c.outcome from events e join commands c on c.key = e.command_key`).Scan(&key, &actor, &kind, &outcome)
	if err != nil || key != string(cmd.Key) || actor != "staff 1 Test Person" || kind != "test.marked" || string(outcome) != "7" {
		t.Errorf("%s %s %s %s, %v", key, actor, kind, outcome, err)
	}
}

func TestAQuietCommandIsKeptWithoutAnEvent(t *testing.T) {
	t.Parallel()
	db, wide := open(t, 1)
	_, err := try(wide, txn.Once(), func(_ context.Context, tx *txn.Tx) (int, error) {
		tx.Queue(markSQL, 1, nil, 1)
		tx.Quiet("a draft saved as it is typed")
		return 0, nil
	})
	if got := kept(t, db); err != nil || got != "1 0 0 1" {
		t.Errorf("marks, events, jobs and keys: %s, %v", got, err)
	}
}

// A02
func TestTheSameCommandAgainGivesTheFirstAnswer(t *testing.T) {
	t.Parallel()
	db, wide := open(t, 1)
	type answer struct {
		N    int
		Said string
	}
	calls := 0
	say := func(cmd txn.Command, actor txn.Actor) (txn.Outcome[answer], error) {
		return txn.Do(t.Context(), wide, actor, cmd, func(ctx context.Context, tx *txn.Tx) (answer, error) {
			calls++
			mark(tx, calls)
			return answer{calls, "done"}, tx.Flush(ctx)
		})
	}
	key := id.NewKey()
	for i := range 3 {
		out, err := say(txn.NewCommand(key, "name", "Ida"), pgtest.Actor)
		if err != nil || out.Value != (answer{1, "done"}) || out.Repeated != (i > 0) {
			t.Errorf("time %d gave %+v, %v", i+1, out, err)
		}
	}
	for _, other := range [][]string{{"name", "Ada"}, {"nam", "eIda"}, {}} {
		_, err := say(txn.NewCommand(key, other...), pgtest.Actor)
		if c, ok := errors.AsType[*problem.Conflict](err); !ok || c.Code != "conflict" {
			t.Errorf("the same key with %q gave %v", other, err)
		}
	}
	if got := kept(t, db); got != "1 1 0 1" {
		t.Errorf("marks, events, jobs and keys: %s", got)
	}
	calls = 10
	if out, err := say(txn.NewCommand(key, "name", "Ida"), txn.Actor{Kind: txn.Staff, ID: 2, Name: "Another"}); err != nil || out.Repeated {
		t.Errorf("another person's key gave %+v, %v", out, err)
	}
	works(t, db, wide)
}

// A02
func TestAnAnswerOfNothingIsRepeatedToo(t *testing.T) {
	t.Parallel()
	_, wide := open(t, 1)
	cmd := txn.NewCommand(id.NewKey(), "x")
	for i := range 2 {
		out, err := txn.Do(t.Context(), wide, pgtest.Actor, cmd, func(_ context.Context, tx *txn.Tx) (nothing, error) {
			mark(tx, 1)
			return nothing{}, nil
		})
		if err != nil || out.Repeated != (i == 1) {
			t.Errorf("time %d gave %+v, %v", i+1, out, err)
		}
	}
}

func TestAFailedAttemptLeavesItsKeyFree(t *testing.T) {
	t.Parallel()
	db, wide := open(t, 1)
	key := id.NewKey()
	if _, err := try(wide, txn.NewCommand(key, "wrong"), func(ctx context.Context, tx *txn.Tx) (int, error) {
		mark(tx, 1)
		return 0, errors.Join(tx.Flush(ctx), problem.At("name", "required"))
	}); err == nil {
		t.Fatal("it went well")
	}
	out, err := try(wide, txn.NewCommand(key, "right"), func(_ context.Context, tx *txn.Tx) (int, error) {
		mark(tx, 1)
		return 5, nil
	})
	if err != nil || out.Repeated || out.Value != 5 || kept(t, db) != "1 1 0 1" {
		t.Errorf("%+v, %v, %s", out, err, kept(t, db))
	}
}

// A02
func TestTwentyOfOneCommandAtOnceHaveOneEffectAndOneAnswer(t *testing.T) {
	t.Parallel()
	db, wide := open(t, 20)
	cmd := txn.NewCommand(id.NewKey(), "x")
	var calls, firsts atomic.Int64
	start := make(chan nothing)
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			<-start
			out, err := try(wide, cmd, func(ctx context.Context, tx *txn.Tx) (int, error) {
				n := int(calls.Add(1))
				mark(tx, n) // another number each: a second effect would be seen
				return 42, tx.Flush(ctx)
			})
			if err != nil || out.Value != 42 {
				t.Errorf("%+v, %v", out, err)
			}
			if !out.Repeated {
				firsts.Add(1)
			}
		})
	}
	close(start)
	wg.Wait()
	if got := kept(t, db); firsts.Load() != 1 || got != "1 1 0 1" {
		t.Errorf("%d firsts; marks, events, jobs and keys: %s", firsts.Load(), got)
	}
}

func TestTwoCommandsThatCrossAreBothDone(t *testing.T) {
	t.Parallel()
	db := pgtest.DB(t)
	if _, err := db.Pools.Write.Exec(t.Context(), `create table pairs (n integer primary key, seen integer not null default 0)`); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Pools.Write.Exec(t.Context(), `insert into pairs (n) values (1), (2)`); err != nil {
		t.Fatal(err)
	}
	wide, deadlocks := pgtest.Wide(t, db, 2, nil)
	var met sync.WaitGroup
	met.Add(2)
	var tries atomic.Int64
	cross := func(first, second int) error {
		once := sync.OnceFunc(func() { met.Done(); met.Wait() })
		_, err := try(wide, txn.Once(), func(ctx context.Context, tx *txn.Tx) (int, error) {
			tries.Add(1)
			if _, err := tx.Exec(ctx, `update pairs set seen = seen + 1 where n = $1`, first); err != nil {
				return 0, err
			}
			once() // the first time both have one and want the other
			_, err := tx.Exec(ctx, `update pairs set seen = seen + 1 where n = $1`, second)
			tx.Record(txn.Event{Kind: "test.marked", Subject: txn.About("mark", int64(first))})
			return 0, err
		})
		return err
	}
	var wg sync.WaitGroup
	errs := make([]error, 2)
	wg.Go(func() { errs[0] = cross(1, 2) })
	wg.Go(func() { errs[1] = cross(2, 1) })
	wg.Wait()
	if errs[0] != nil || errs[1] != nil || deadlocks() != 1 || tries.Load() != 3 {
		t.Errorf("%v, %v, %d deadlocks, %d tries", errs[0], errs[1], deadlocks(), tries.Load())
	}
	if n := count(t, db, `select sum(seen) from pairs`); n != 4 || count(t, db, `select count(*) from events`) != 2 {
		t.Errorf("%d changes, %d events", n, count(t, db, `select count(*) from events`))
	}
}

func TestACommandThatKeepsCrossingIsGivenUpAfterThreeTries(t *testing.T) {
	t.Parallel()
	db, wide := open(t, 1)
	calls := 0
	_, err := try(wide, txn.Once(), func(ctx context.Context, tx *txn.Tx) (int, error) {
		calls++
		mark(tx, calls)
		_, err := tx.Exec(ctx, `do $$ begin raise exception 'crossed' using errcode = 'serialization_failure'; end $$`)
		return 0, err
	})
	if calls != 3 || code(err) != "40001" || kept(t, db) != "0 0 0 0" {
		t.Errorf("%d calls, %v, %s", calls, err, kept(t, db))
	}
	works(t, db, wide)
}

func TestTheLimitsOfACommandEndWithIt(t *testing.T) {
	t.Parallel()
	db := pgtest.DB(t)
	limits := func(tx *txn.Tx) string {
		var statement, lock, idle string
		if err := tx.QueryRow(t.Context(), `select current_setting('statement_timeout'), current_setting('lock_timeout'), current_setting('idle_in_transaction_session_timeout')`).Scan(&statement, &lock, &idle); err != nil {
			t.Error(err)
		}
		return statement + " " + lock + " " + idle
	}
	if _, err := txn.Do(t.Context(), db.DB, pgtest.Actor, txn.Once(), func(_ context.Context, tx *txn.Tx) (int, error) {
		if got := limits(tx); got != "5s 3s 10s" {
			t.Errorf("inside: %s", got)
		}
		return 0, nil
	}); err != nil {
		t.Fatal(err)
	}
	conn, err := db.Pools.Write.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Release()
	var statement string
	if err := conn.QueryRow(t.Context(), `select current_setting('statement_timeout')`).Scan(&statement); err != nil || statement != "0" || conn.Conn().PgConn().TxStatus() != 'I' {
		t.Errorf("afterwards: %s, status %c, %v", statement, conn.Conn().PgConn().TxStatus(), err)
	}
}

// A78
func TestAnEventNamesWhoWhenAndWhatAndAnImportItsOwnTime(t *testing.T) {
	t.Parallel()
	db, wide := open(t, 1)
	before := time.Date(2011, 3, 4, 5, 6, 7, 0, time.UTC)
	for _, c := range []struct {
		actor txn.Actor
		old   bool
	}{
		{txn.Actor{Kind: txn.Staff, ID: 3, Name: "Ida", At: before}, false}, // only an import may say when
		{txn.Actor{Kind: txn.Import, Name: "UCI", At: before}, true},
		{txn.Actor{Kind: txn.Visitor}, false},
	} {
		if _, err := txn.Do(t.Context(), wide, c.actor, txn.Once(), func(ctx context.Context, tx *txn.Tx) (int, error) {
			tx.Record(txn.Event{Kind: "test.changed", Subject: txn.About("mark", int64(9)), Order: 4, Public: true, Data: map[string]any{"before": 1, "after": 2, "reason": "why"}})
			if err := tx.Flush(ctx); err != nil {
				return 0, err
			}
			if tx.At().Equal(before) != c.old || tx.Now().Equal(before) {
				t.Errorf("%s: it is %s and happens %s", c.actor.Kind, tx.Now(), tx.At())
			}
			return 0, nil
		}); err != nil {
			t.Fatal(err)
		}
		var kind, name, what string
		var occurred, recorded time.Time
		var data map[string]any
		err := db.Pools.Read.QueryRow(t.Context(), `select actor_kind, actor_name, kind || subject_type || subject_id || order_id || public, occurred_at, recorded_at, data from events order by id desc limit 1`).Scan(&kind, &name, &what, &occurred, &recorded, &data)
		if err != nil || kind != string(c.actor.Kind) || name != c.actor.Name || what != "test.changedmark94true" || data["reason"] != "why" || occurred.Equal(before) != c.old || recorded.Before(before.AddDate(10, 0, 0)) {
			t.Errorf("%s: %s %s %s %s %s %v, %v", c.actor.Kind, kind, name, what, occurred, recorded, data, err)
		}
	}
}

func TestWhatIsQueuedTravelsWithTheNextReadInOrder(t *testing.T) {
	t.Parallel()
	db, wide := open(t, 1)
	_, err := try(wide, txn.Once(), func(ctx context.Context, tx *txn.Tx) (int, error) {
		if !tx.Now().IsZero() {
			t.Error("the clock was read before anything was asked")
		}
		mark(tx, 1)
		var seen []int
		txn.ReadAll(tx, &seen, pgx.RowTo[int], `select n from marks order by n`)
		mark(tx, 2)
		if len(seen) != 0 || tx.Flush(ctx) != nil || len(seen) != 1 || tx.Now().IsZero() {
			t.Errorf("read %v at %s", seen, tx.Now())
		}
		var missing = errors.New("missing")
		var n int
		txn.ReadOne(tx, missing, []any{&n}, `select n from marks where n = 99`)
		if err := tx.Flush(ctx); err != missing {
			t.Errorf("nothing there gave %v", err)
		}
		if a, b := tx.Next(), tx.Next(); a != 1 || b != 2 {
			t.Errorf("counted %d, %d", a, b)
		}
		return 0, nil
	})
	if err != nil || count(t, db, `select count(*) from marks`) != 2 {
		t.Error(err)
	}
}

func TestTheHashOfACommandTellsItsPartsApart(t *testing.T) {
	t.Parallel()
	key := id.NewKey()
	seen := map[string]string{}
	for _, parts := range [][]string{{}, {""}, {"", ""}, {"a", "b"}, {"ab"}, {"ab", ""}, {"", "ab"}, {"2:ab"}} {
		h := txn.NewCommand(key, parts...).Hash
		name, err := json.Marshal(parts)
		if err != nil {
			t.Fatal(err)
		}
		if other, twice := seen[string(h[:])]; twice {
			t.Errorf("%s and %s have one hash", name, other)
		}
		seen[string(h[:])] = string(name)
	}
}
