// Package check compares what the database holds with what must always be
// true: stock against its ledger, orders against their lines, what lists show
// against what happened. It reads and never repairs.
//
// Words: an invariant is a sentence that is always true, with the query that
// finds what contradicts it; a violation is one such row. The ids (S01, O13,
// E07…) are stable: whoever is called at night looks them up by them.
//
// Not here yet, because what they are about comes later: S09, S10 and F01-F03
// (shipments), R01-R03 (returns), O11 (closed means shipped) and O12 with
// P01-P10 (payments), I01-I08 (invoices; I03 stands for orders as O14), L01-L03
// (the money ledger), C01 and C02 (coupons), E01-E03 (webhooks), A05 as a hash
// chain (here: the guards of what is append-only).
package check

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"packhouse/internal/problem"
	"packhouse/internal/words"
)

// Invariant is one sentence with the query whose every row contradicts it. A
// row is one text that names the culprit.
type Invariant struct {
	ID  string
	sql string
}

// Says is the invariant as a sentence.
func (i Invariant) Says(w *words.Catalogue) string { return w.Say("invariant."+i.ID, problem.Args{}) }

// All are the invariants, in the order in which they are checked.
func All() []Invariant {
	var out []Invariant
	for _, part := range [][]Invariant{stock, orders, lists, work, outside, people, storage} {
		out = append(out, part...)
	}
	return out
}

// Result is what one invariant gave.
type Result struct {
	ID     string        `json:"id"`
	Says   string        `json:"says"`
	Rows   int           `json:"violations"`
	Sample []string      `json:"sample,omitempty"` // the first few culprits
	Took   time.Duration `json:"-"`
}

// Fine reports that nothing contradicted it.
func (r Result) Fine() bool { return r.Rows == 0 }

// Clean reports that nothing contradicted any of them.
func Clean(all []Result) bool {
	for _, r := range all {
		if !r.Fine() {
			return false
		}
	}
	return true
}

// Samples is how many culprits a Result names.
const Samples = 5

// Snapshots is a database, or its replica, that can show one moment.
type Snapshots interface {
	BeginTx(ctx context.Context, opts pgx.TxOptions) (pgx.Tx, error)
}

// Run checks every invariant against one moment of the database, taking at
// most as long as ctx allows.
func Run(ctx context.Context, db Snapshots) ([]Result, error) {
	tx, err := db.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly})
	if err != nil {
		return nil, fmt.Errorf("look at one moment of the database: %w", err)
	}
	// Nothing was changed, so an error of the rollback tells nothing.
	defer tx.Rollback(context.WithoutCancel(ctx))
	return On(ctx, tx)
}

// One moment is looked at for as long as the caller waits; a pool's limit for
// pages is too short for a large database, and its plans too.
const patienceSQL = `select set_config('statement_timeout', '0', true), set_config('plan_cache_mode', 'auto', true)`

const clockSQL = `select clock_timestamp()`

// On is Run within a transaction that the caller has begun and will end.
func On(ctx context.Context, tx pgx.Tx) ([]Result, error) {
	if _, err := tx.Exec(ctx, patienceSQL); err != nil {
		return nil, fmt.Errorf("take time: %w", err)
	}
	say := words.For("en")
	var before time.Time
	if err := tx.QueryRow(ctx, clockSQL).Scan(&before); err != nil {
		return nil, fmt.Errorf("ask the clock: %w", err)
	}
	var out []Result
	for _, i := range All() {
		r := Result{ID: i.ID, Says: i.Says(say)}
		if err := i.look(ctx, tx, &r); err != nil {
			return out, fmt.Errorf("check %s: %w", i.ID, err)
		}
		var now time.Time
		if err := tx.QueryRow(ctx, clockSQL).Scan(&now); err != nil {
			return out, fmt.Errorf("ask the clock: %w", err)
		}
		r.Took, before = now.Sub(before), now
		out = append(out, r)
	}
	return out, nil
}

// look counts every violation and keeps the first few.
func (i Invariant) look(ctx context.Context, tx pgx.Tx, r *Result) error {
	rows, err := tx.Query(ctx, i.sql)
	if err != nil {
		return err
	}
	var culprit string
	_, err = pgx.ForEachRow(rows, []any{&culprit}, func() error {
		if r.Rows++; r.Rows <= Samples {
			r.Sample = append(r.Sample, culprit)
		}
		return nil
	})
	return err
}
