package job

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"packhouse/internal/id"
	"packhouse/internal/list"
	"packhouse/internal/pg"
	"packhouse/internal/problem"
	"packhouse/internal/txn"
)

// Row is a job in the queue as an administrator sees it.
type Row struct {
	ID          int64
	Kind        string
	State       string // available, running, retryable, scheduled, pending, completed, cancelled, discarded
	Queue       string
	Attempt     int
	MaxAttempts int
	Created     time.Time
	Next        time.Time  // when it is to run
	Tried       *time.Time // when it ran last
	Ended       *time.Time
	LastError   string
	Mail        id.Mail // that it sends; 0 for other jobs
}

// Running reports whether a worker has it now.
func (r Row) Running() bool { return r.State == "running" }

// Over reports whether nothing will happen to it by itself.
func (r Row) Over() bool {
	return r.State == "completed" || r.State == "cancelled" || r.State == "discarded"
}

// Board is the list of jobs. Without a state it shows what did not go well:
// given up, cancelled, to be tried again.
var Board = &list.Spec{
	Columns: "j.id, j.kind, j.state::text, j.queue, j.attempt, j.max_attempts, j.created_at, j.scheduled_at, j.attempted_at, j.finalized_at, j.errors[array_upper(j.errors, 1)], j.args",
	From:    "river_job j",
	Key:     "j.id",
	Filters: map[string]list.Filter{
		"state": {SQL: "j.state = any(?::text[]::river_job_state[])", Read: list.Texts(States...)},
		"kind":  {SQL: "j.kind = ?", Read: list.Text},
	},
	Sorts:   map[string]list.Sort{"time": {Column: "j.id", Type: "bigint"}},
	Default: "-time",
}

// States in the order they are offered.
var States = []string{"discarded", "retryable", "cancelled", "running", "available", "scheduled", "pending", "completed"}

// Troubled are the states the board opens with.
var Troubled = []string{"discarded", "retryable", "cancelled"}

// Rows reads a page of the board.
func Rows(ctx context.Context, r pg.Reader, q list.Query) (list.Page[Row], error) {
	return list.Read(ctx, r, q, scanRow, func(j Row) (string, int64) { return strconv.FormatInt(j.ID, 10), j.ID })
}

func scanRow(row pgx.CollectableRow) (Row, error) {
	var j Row
	var failure, args []byte
	err := row.Scan(&j.ID, &j.Kind, &j.State, &j.Queue, &j.Attempt, &j.MaxAttempts, &j.Created, &j.Next, &j.Tried, &j.Ended, &failure, &args)
	if err != nil {
		return j, err
	}
	var e struct {
		Error string `json:"error"`
	}
	if json.Unmarshal(failure, &e) == nil {
		j.LastError = strings.ToValidUTF8(e.Error, "\uFFFD")
	}
	if j.Kind == (SendMail{}).Kind() {
		var m SendMail
		if json.Unmarshal(args, &m) == nil {
			j.Mail = m.Mail
		}
	}
	return j, nil
}

// The row is locked, so that no worker takes it meanwhile.
const lockSQL = `
	select j.id, j.kind, j.state::text, j.queue, j.attempt, j.max_attempts, j.created_at, j.scheduled_at, j.attempted_at, j.finalized_at, j.errors[array_upper(j.errors, 1)], j.args
	from river_job j
	where j.id = $1
	for update`

// Lock reads one job for a command on it; problem.NotFound when it is gone.
func Lock(ctx context.Context, tx *txn.Tx, which int64) (Row, error) {
	rows, err := tx.Query(ctx, lockSQL, which)
	if err != nil {
		return Row{}, fmt.Errorf("lock job %d: %w", which, err)
	}
	j, err := pgx.CollectExactlyOneRow(rows, scanRow)
	if errors.Is(err, pgx.ErrNoRows) {
		return Row{}, problem.Missing("job")
	}
	return j, err
}

// As River does it: one more try, at once, and a cancellation that was asked
// for earlier no longer counts.
const retrySQL = `
	update river_job
	set state = 'available', scheduled_at = now(), finalized_at = null, metadata = metadata - 'cancel_attempted_at',
	    max_attempts = case when attempt >= max_attempts then attempt + 1 else max_attempts end
	where id = $1 and state not in ('running', 'completed')`

// Retry puts a job back to work at once. problem.Refusal when it runs or is
// done.
func Retry(tx *txn.Tx, j Row) error {
	switch {
	case j.Running():
		return problem.Refuse("refused.job_running")
	case j.State == "completed":
		return problem.Refuse("refused.job_ended")
	}
	tx.Queue(retrySQL, 1, problem.Refuse("refused.job_running"), j.ID)
	tx.Record(event("job.retried", j))
	return nil
}

const cancelSQL = `
	update river_job
	set state = 'cancelled', finalized_at = now()
	where id = $1 and state in ('available', 'retryable', 'scheduled', 'pending')`

// Cancel ends a job that waits. problem.Refusal when it runs or has ended.
func Cancel(tx *txn.Tx, j Row) error {
	switch {
	case j.Running():
		return problem.Refuse("refused.job_running")
	case j.Over():
		return problem.Refuse("refused.job_ended")
	}
	tx.Queue(cancelSQL, 1, problem.Refuse("refused.job_running"), j.ID)
	tx.Record(event("job.cancelled", j))
	return nil
}

func event(kind string, j Row) txn.Event {
	return txn.Event{Kind: kind, Subject: txn.Subject{Type: "job", ID: j.ID}, Data: map[string]any{"job": "job." + j.Kind}}
}
