package pgtest

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"packhouse/internal/txn"
)

// Wide is the same database through more connections, for commands that run
// side by side. deadlocks counts those the database had to break, also where
// the command was run again and nobody noticed. change may be nil.
func Wide(t testing.TB, db *Database, conns int32, change func(*pgxpool.Config)) (wide *txn.DB, deadlocks func() int64) {
	t.Helper()
	cfg, err := pgxpool.ParseConfig(db.URL)
	if err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	broken := &deadlockCount{}
	cfg.MaxConns, cfg.ConnConfig.Tracer = conns, broken
	if change != nil {
		change(cfg)
	}
	pool, err := pgxpool.NewWithConfig(t.Context(), cfg)
	if err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	t.Cleanup(pool.Close)
	jobs, err := inserter(pool)
	if err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	return txn.Open(pool, jobs, txn.DefaultLimits), broken.n.Load
}

type deadlockCount struct{ n atomic.Int64 }

func (d *deadlockCount) note(err error) {
	if e, ok := errors.AsType[*pgconn.PgError](err); ok && e.Code == "40P01" {
		d.n.Add(1)
	}
}

func (d *deadlockCount) TraceQueryStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceQueryStartData) context.Context {
	return ctx
}
func (d *deadlockCount) TraceQueryEnd(_ context.Context, _ *pgx.Conn, data pgx.TraceQueryEndData) {
	d.note(data.Err)
}
func (d *deadlockCount) TraceBatchStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceBatchStartData) context.Context {
	return ctx
}
func (d *deadlockCount) TraceBatchQuery(_ context.Context, _ *pgx.Conn, data pgx.TraceBatchQueryData) {
	d.note(data.Err)
}
func (d *deadlockCount) TraceBatchEnd(context.Context, *pgx.Conn, pgx.TraceBatchEndData) {}
