// Package txn is the only door through which anything is written.
//
// Do opens one transaction for one command: it fixes the time, remembers the
// command's key so that a repeat gets the first answer, runs the work, refuses
// to commit a change that left no event, and runs the whole again when the
// database says that two commands crossed. Capabilities take *Tx and so
// compose; only the edges (a handler, a worker, the command line) call Do.
//
// A command costs few round trips: what need not be answered at once is queued
// (Queue, Record) and travels with the next read or with the end.
package txn

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"packhouse/internal/id"
	"packhouse/internal/pg"
	"packhouse/internal/problem"
)

// Kind says what sort of actor acts.
type Kind string

// The kinds of actor.
const (
	Staff    Kind = "staff"
	Customer Kind = "customer"
	Visitor  Kind = "visitor" // somebody at the public form, or with a secret link
	System   Kind = "system"
	Import   Kind = "import"
)

// Actor is who does it: stored by id and by the name as it was.
type Actor struct {
	Kind Kind
	ID   int64
	Name string
	At   time.Time // imports only: when it happened by the file; zero means now
}

func (a Actor) scope() string {
	if a.ID == 0 {
		return string(a.Kind)
	}
	return fmt.Sprintf("%s:%d", a.Kind, a.ID)
}

// Command identifies one press of one button. Hash is of everything asked, so
// that the same key with another request is refused and not answered wrongly.
type Command struct {
	Key  id.Key
	Hash [32]byte
}

// NewCommand makes a command from its key and all that was asked.
func NewCommand(key id.Key, parts ...string) Command {
	h := sha256.New()
	for _, p := range parts {
		fmt.Fprintf(h, "%d:", len(p))
		h.Write([]byte(p))
	}
	c := Command{Key: key}
	h.Sum(c.Hash[:0])
	return c
}

// Once makes a command that nobody can repeat: for workers and imports that
// recognise a repeat by what they do.
func Once() Command { return Command{Key: id.NewKey()} }

// Outcome is what a command gave. Repeated means that it had been done before
// and Value is the first answer.
type Outcome[T any] struct {
	Value    T
	Repeated bool
}

// Enqueuer puts jobs into the transaction that is their reason.
type Enqueuer interface {
	InsertManyTx(ctx context.Context, tx pgx.Tx, params []river.InsertManyParams) ([]*rivertype.JobInsertResult, error)
}

// DB opens transactions. It is made once, in cmd.
type DB struct {
	pool  *pgxpool.Pool
	jobs  Enqueuer
	limit Limits
}

// Limits bound one command, so that nothing waits for ever.
type Limits struct {
	Statement, Lock, Idle time.Duration
}

// DefaultLimits suit a person waiting at a screen.
var DefaultLimits = Limits{Statement: 5 * time.Second, Lock: 3 * time.Second, Idle: 10 * time.Second}

// Open makes the door. jobs may be nil where nothing is ever enqueued.
func Open(pool *pgxpool.Pool, jobs Enqueuer, limit Limits) *DB {
	return &DB{pool: pool, jobs: jobs, limit: limit}
}

// ErrSilent is returned, and nothing is committed, when a command changed
// something and recorded no event.
var ErrSilent = errors.New("txn: a change without an event (call Record, or Quiet with the reason)")

const tries = 3

// Do runs fn as one command. It returns fn's error unchanged after rolling
// back; a problem.Conflict when the key was used for another request; or the
// first outcome when the same request comes again.
func Do[T any](ctx context.Context, db *DB, actor Actor, cmd Command, fn func(context.Context, *Tx) (T, error)) (Outcome[T], error) {
	for try := 1; ; try++ {
		out, err := once(ctx, db, actor, cmd, fn)
		if err == nil || try == tries || !pg.Retryable(err) {
			return out, err
		}
		select {
		case <-ctx.Done():
			return out, ctx.Err()
		case <-time.After(time.Duration(1+rand.IntN(20*try)) * time.Millisecond):
		}
	}
}

func once[T any](ctx context.Context, db *DB, actor Actor, cmd Command, fn func(context.Context, *Tx) (T, error)) (out Outcome[T], err error) {
	conn, err := db.pool.Acquire(ctx)
	if err != nil {
		return out, fmt.Errorf("reach the database: %w", err)
	}
	defer conn.Release()
	tx := begin(conn.Conn(), db, actor, cmd)
	defer tx.abandon()

	value, err := fn(ctx, tx)
	if err == nil {
		err = tx.finish(ctx, value)
	}
	if first, ok := errors.AsType[*repeated](err); ok {
		if first.hash != cmd.Hash {
			return out, &problem.Conflict{Code: "conflict"}
		}
		out.Repeated = true
		if len(first.outcome) > 0 {
			err = json.Unmarshal(first.outcome, &out.Value)
			return out, err
		}
		return out, nil
	}
	if err != nil {
		return out, err
	}
	out.Value = value
	return out, nil
}
