// Package pgtest gives tests a real PostgreSQL with the schema in it. All test
// programs of a machine share one throw-away server, in memory where there is
// room; each test gets a database of its own (DB) or a transaction that is
// rolled back (Tx). A database that cannot be had fails the test.
//
// The server is run by a process of its own that the first test starts and
// that ends, leaving nothing, when no test has needed it for three minutes.
package pgtest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"packhouse/internal/pg"
	"packhouse/internal/pgrun"
	"packhouse/internal/pgrun/filelock"
	"packhouse/internal/txn"
)

// Database is a migrated database of the test's own, dropped at its end.
type Database struct {
	DB    *txn.DB
	Pools pg.Pools
	URL   string
}

// Actor is who acts in Tx.
var Actor = txn.Actor{Kind: txn.Staff, ID: 1, Name: "Test Person"}

// DB makes a database for this test alone: for what commits, and for what
// runs side by side.
func DB(t testing.TB) *Database {
	t.Helper()
	s := shared(t)
	url, err := s.clone(t.Context())
	if err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	t.Cleanup(func() {
		if err := s.drop(url.name); err != nil {
			t.Errorf("pgtest: %v", err)
		}
	})
	return open(t, url.address)
}

// Empty makes a database without a schema, for tests of what makes one.
func Empty(t testing.TB) (url string) {
	t.Helper()
	s := shared(t)
	made, err := s.create(t.Context(), "template0")
	if err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	t.Cleanup(func() {
		if err := s.drop(made.name); err != nil {
			t.Errorf("pgtest: %v", err)
		}
	})
	return made.address
}

// open is called last, so that its pools close before the database
// is dropped.
func open(t testing.TB, url string) *Database {
	t.Helper()
	pools, err := pg.Open(t.Context(), pg.Config{URL: url})
	if err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	t.Cleanup(pools.Close)
	jobs, err := inserter(pools.Write)
	if err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	return &Database{DB: txn.Open(pools.Write, jobs, txn.DefaultLimits), Pools: *pools, URL: url}
}

// Tx begins a transaction on a database that the tests of this program share,
// and rolls it back at the test's end. Values that must be unique should be,
// since a second test that writes the same one waits for the first.
func Tx(t testing.TB) *txn.Tx {
	t.Helper()
	return TxAs(t, Actor)
}

// TxAs is Tx with somebody else acting.
func TxAs(t testing.TB, actor txn.Actor) *txn.Tx {
	t.Helper()
	pool, jobs := shared(t).common(t)
	conn, err := pool.Acquire(t.Context())
	if err != nil {
		t.Fatalf("pgtest: reach the shared database: %v", err)
	}
	// The test's own context has ended when its cleanup runs.
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if _, err := conn.Exec(ctx, "rollback"); err != nil {
			t.Errorf("pgtest: roll back: %v", err)
		}
		conn.Release()
	})
	if _, err := conn.Exec(t.Context(), "begin"); err != nil {
		t.Fatalf("pgtest: begin: %v", err)
	}
	tx, err := txn.ForTest(t.Context(), conn.Conn(), jobs, actor)
	if err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	return tx
}

func inserter(pool *pgxpool.Pool) (*river.Client[pgx.Tx], error) {
	jobs, err := river.NewClient(riverpgxv5.New(pool), &river.Config{})
	if err != nil {
		return nil, fmt.Errorf("open the job queue: %w", err)
	}
	return jobs, nil
}

// session is this test program's use of the shared server.
type session struct {
	needed   *filelock.Lock
	server   *pgrun.Server
	admin    *pgxpool.Pool
	slot     int32 // names this program's databases; held as an advisory lock while it lives
	strategy string
	template string
	count    atomic.Int64

	once sync.Once
	pool *pgxpool.Pool
	jobs *river.Client[pgx.Tx]
	err  error
}

var (
	sessionOnce sync.Once
	theSession  *session
	sessionErr  error
)

func shared(t testing.TB) *session {
	t.Helper()
	sessionOnce.Do(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
		defer cancel()
		theSession, sessionErr = join(ctx)
	})
	if sessionErr != nil {
		t.Fatalf("pgtest: no database to test with: %v", sessionErr)
	}
	return theSession
}

// join finds or starts the shared server and takes a slot on it.
func join(ctx context.Context) (*session, error) {
	place := findPlace()
	server, needed, err := place.server(ctx)
	if err != nil {
		return nil, err
	}
	admin, err := pgxpool.New(ctx, server.AdminURL())
	if err != nil {
		return nil, fmt.Errorf("open the test server: %w", err)
	}
	s := &session{needed: needed, server: server, admin: admin, slot: rand.Int32(), strategy: place.strategy}
	// The connection is kept for as long as the program lives: with it the lock ends, and the sweep may drop what is left.
	keep, err := admin.Acquire(ctx)
	if err != nil {
		return nil, fmt.Errorf("reach the test server: %w", err)
	}
	if _, err := keep.Exec(ctx, `select pg_advisory_lock($1, $2)`, slotLocks, s.slot); err != nil {
		return nil, fmt.Errorf("take a slot on the test server: %w", err)
	}
	if err := s.ensureTemplate(ctx); err != nil {
		return nil, err
	}
	return s, nil
}

// common is the database that all Tx of this program share.
func (s *session) common(t testing.TB) (*pgxpool.Pool, *river.Client[pgx.Tx]) {
	t.Helper()
	s.once.Do(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		made, err := s.clone(ctx)
		if err != nil {
			s.err = err
			return
		}
		cfg, err := pgxpool.ParseConfig(made.address)
		if err != nil {
			s.err = err
			return
		}
		cfg.MaxConns = 16
		if s.pool, s.err = pgxpool.NewWithConfig(context.Background(), cfg); s.err == nil {
			s.jobs, s.err = inserter(s.pool)
		}
	})
	if s.err != nil {
		t.Fatalf("pgtest: the shared database: %v", s.err)
	}
	return s.pool, s.jobs
}
