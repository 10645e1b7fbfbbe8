// Package pg opens the two pools of the house, one that may write and one that
// cannot, and names what a constraint refused. It knows no table.
package pg

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Reader is what a read takes: the read-only pool, or the transaction of a
// command that must see its own locks.
type Reader interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

// Pools are the ways to the database. Read points at the primary and cannot
// write; Replica serves insight and exports only and may lag.
type Pools struct {
	Write   *pgxpool.Pool
	Read    *pgxpool.Pool
	Replica *pgxpool.Pool
}

// Config says where the databases are. With Bouncer no statement is prepared
// by name, since a pooler hands each transaction another server connection.
type Config struct {
	URL        string
	ReplicaURL string // empty: the primary
	Bouncer    bool
	Conns      int32 // per pool; 0 means 8
}

// Open makes the pools without waiting for the server: a process must start
// while the database is away, and heal.
func Open(ctx context.Context, c Config) (*Pools, error) {
	w, err := open(ctx, c.URL, c, false)
	if err != nil {
		return nil, err
	}
	r, err := open(ctx, c.URL, c, true)
	if err != nil {
		w.Close()
		return nil, err
	}
	p := &Pools{Write: w, Read: r, Replica: r}
	if c.ReplicaURL != "" {
		if p.Replica, err = open(ctx, c.ReplicaURL, c, true); err != nil {
			w.Close()
			r.Close()
			return nil, err
		}
	}
	return p, nil
}

// Close closes all pools.
func (p *Pools) Close() {
	p.Write.Close()
	p.Read.Close()
	if p.Replica != p.Read {
		p.Replica.Close()
	}
}

func open(ctx context.Context, url string, c Config, readOnly bool) (*pgxpool.Pool, error) {
	cfg, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("read the database address: %w", err)
	}
	cfg.MaxConns = c.Conns
	if cfg.MaxConns == 0 {
		cfg.MaxConns = 8
	}
	cfg.MaxConnLifetime = time.Hour
	cfg.MaxConnIdleTime = 5 * time.Minute
	cfg.HealthCheckPeriod = 15 * time.Second
	cfg.ConnConfig.ConnectTimeout = 3 * time.Second
	if c.Bouncer {
		// Each statement is planned with its values and leaves nothing behind on the server connection; what it takes and
		// gives is remembered on our side.
		cfg.ConnConfig.DefaultQueryExecMode = pgx.QueryExecModeCacheDescribe
		cfg.ConnConfig.StatementCacheCapacity = 0
	} else {
		// A pooler would refuse these as startup parameters, so they are set on the session, which is ours alone.
		session := writeSession
		if readOnly {
			session = readSession
		}
		cfg.AfterConnect = func(ctx context.Context, conn *pgx.Conn) error {
			_, err := conn.Exec(ctx, session)
			return err
		}
	}
	return pgxpool.NewWithConfig(ctx, cfg)
}

// A command's statement is planned once per connection and not each time:
// planning twenty small statements costs as much as running them. Pages are
// left to the server, which settles on one plan after five runs where that
// costs no more; a forced plan would bind Planned ones too.
const readSession = `
	set default_transaction_read_only = on;
	set statement_timeout = '5s';
	set jit = off`

const writeSession = `
	set plan_cache_mode = force_generic_plan;
	set jit = off`

// Planned is given as the first argument of a query that must be planned with
// its values: a list with filters, a search. A plan for "any state, any
// customer" is the one that reads the whole table. On the read pool it is
// planned each time; inside a command it is not, whose session forces one plan.
const Planned = pgx.QueryExecModeCacheDescribe

// Violates names the constraint that refused err's statement, if one did.
func Violates(err error) (constraint string, ok bool) {
	var e *pgconn.PgError
	if errors.As(err, &e) && e.ConstraintName != "" {
		return e.ConstraintName, true
	}
	return "", false
}

// Retryable reports whether the whole command may succeed when run again:
// serialization failure or deadlock.
func Retryable(err error) bool {
	var e *pgconn.PgError
	return errors.As(err, &e) && (e.Code == "40001" || e.Code == "40P01")
}

// Away reports whether err means that the database cannot be reached or is
// going down, as against a statement of ours that failed.
func Away(err error) bool {
	var e *pgconn.PgError
	if errors.As(err, &e) {
		return len(e.Code) == 5 && (e.Code[:2] == "08" || e.Code == "57P01" || e.Code == "57P02" || e.Code == "57P03" || e.Code == "53300")
	}
	var ce *pgconn.ConnectError
	return errors.As(err, &ce) || pgconn.SafeToRetry(err) || pgconn.Timeout(err) || errors.Is(err, context.DeadlineExceeded) || isNet(err)
}
