package txn

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/riverqueue/river"

	"packhouse/internal/id"
)

// Tx is one command under way. It cannot be made outside this package.
type Tx struct {
	conn    *pgx.Conn
	db      *DB
	actor   Actor
	command Command

	queue   []queued
	jobs    []river.InsertManyParams
	now     time.Time
	events  int
	writes  int
	rows    int // counted by Next
	quiet   string
	open    bool // BEGIN was sent
	ended   bool
	testing bool // inside a test's transaction: no BEGIN, no COMMIT, no command row
}

// queued is a statement that waits for the next round trip, and what its
// answer must be.
type queued struct {
	sql  string
	args []any
	want int64 // rows that must change; -1 any
	miss error
	scan func(pgx.Rows) error // when the answer is rows
}

// repeated carries the first outcome of a command that came again.
type repeated struct {
	hash    [32]byte
	outcome []byte
}

func (*repeated) Error() string { return "this command was done before" }

func begin(conn *pgx.Conn, db *DB, actor Actor, cmd Command) *Tx {
	tx := &Tx{conn: conn, db: db, actor: actor, command: cmd}
	tx.queue = append(tx.queue,
		queued{sql: beginSQL, want: -1},
		queued{sql: limitsSQL, args: []any{ms(db.limit.Statement), ms(db.limit.Lock), ms(db.limit.Idle)}, scan: tx.readNow},
		queued{sql: commandSQL, args: []any{actor.scope(), string(cmd.Key), cmd.Hash[:]}, want: 1, miss: errSeen},
	)
	return tx
}

var errSeen = errors.New("command seen before")

func ms(d time.Duration) string { return fmt.Sprint(d.Milliseconds()) }

func (tx *Tx) readNow(rows pgx.Rows) error {
	for rows.Next() {
		if err := rows.Scan(nil, nil, nil, &tx.now); err != nil {
			return err
		}
	}
	return rows.Err()
}

const beginSQL = `begin isolation level read committed`

// Behind a pooler a limit can only be set for the transaction.
const limitsSQL = `
	select set_config('statement_timeout', $1, true), set_config('lock_timeout', $2, true),
	       set_config('idle_in_transaction_session_timeout', $3, true), transaction_timestamp()`

// The key is taken first: a second press waits here for the first and then
// finds its outcome.
const commandSQL = `insert into commands (scope, key, request_hash) values ($1, $2, $3) on conflict do nothing`

const outcomeSQL = `update commands set outcome = $3 where scope = $1 and key = $2`

const firstSQL = `select request_hash, coalesce(outcome::text, '') from commands where scope = $1 and key = $2`

// Now is the database's clock at the start of the command. It is known after
// the first read.
func (tx *Tx) Now() time.Time { return tx.now }

// At is when the thing happened: now, or what an import says.
func (tx *Tx) At() time.Time {
	if tx.actor.Kind == Import && !tx.actor.At.IsZero() {
		return tx.actor.At
	}
	return tx.now
}

const tickSQL = `select clock_timestamp()`

// Tick moves Now on to the present, once what was queued before it is done. A
// command that had to wait for a lock does so: what it writes then lies after
// what it waited for, and not before.
func (tx *Tx) Tick() {
	tx.Read(tickSQL, func(rows pgx.Rows) error {
		for rows.Next() {
			if err := rows.Scan(&tx.now); err != nil {
				return err
			}
		}
		return rows.Err()
	})
}

// Actor is who acts.
func (tx *Tx) Actor() Actor { return tx.actor }

// Key is the command's key, for rows that may stand only once per command.
func (tx *Tx) Key() id.Key { return tx.command.Key }

// Next counts such rows within the command: 1, 2, 3…
func (tx *Tx) Next() int {
	tx.rows++
	return tx.rows
}

// Quiet allows a commit without an event and says why: the autosave of a
// draft, a repeated import.
func (tx *Tx) Quiet(reason string) { tx.quiet = reason }

// Queue adds a write that travels with the next read or the end. want is how
// many rows it must change (-1: any number); otherwise miss is returned and
// nothing is committed.
func (tx *Tx) Queue(sql string, want int64, miss error, args ...any) {
	tx.writes++
	tx.queue = append(tx.queue, queued{sql: sql, args: args, want: want, miss: miss})
}

// Read queues a read whose rows go to scan when the next round trip is made
// (Flush, Query or the end), so that reads which do not need each other's
// answers travel together.
func (tx *Tx) Read(sql string, scan func(pgx.Rows) error, args ...any) {
	tx.notice(sql)
	tx.queue = append(tx.queue, queued{sql: sql, args: args, scan: scan})
}

// A plain job is one row, which can travel with the command's other writes; the
// queue's own client would make a round trip of its own for it. What it leaves
// out has the defaults of the table: available now, of normal priority.
const jobSQL = `insert into river_job (kind, args, queue, max_attempts) values ($1, $2, $3, $4)`

// Enqueue adds a job to the transaction that is its reason.
func (tx *Tx) Enqueue(args river.JobArgs, opts *river.InsertOpts) {
	if with, ok := args.(river.JobArgsWithInsertOpts); ok && opts == nil {
		o := with.InsertOpts()
		raw, err := json.Marshal(args)
		if err == nil && plain(o) {
			tx.queue = append(tx.queue, queued{sql: jobSQL, args: []any{args.Kind(), string(raw), o.Queue, o.MaxAttempts}, want: 1})
			return
		}
	}
	tx.jobs = append(tx.jobs, river.InsertManyParams{Args: args, InsertOpts: opts})
}

// plain reports whether a job asks for nothing but its queue and how often it
// is tried.
func plain(o river.InsertOpts) bool {
	queue, tries := o.Queue, o.MaxAttempts
	o.Queue, o.MaxAttempts = "", 0
	return queue != "" && tries > 0 && reflect.ValueOf(o).IsZero()
}

// Exec writes at once and answers how many rows changed.
func (tx *Tx) Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error) {
	tx.writes++
	rows, err := tx.Query(ctx, sql, args...)
	if err != nil {
		return pgconn.CommandTag{}, err
	}
	rows.Close()
	return rows.CommandTag(), rows.Err()
}

// Query reads, after everything queued before it.
func (tx *Tx) Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error) {
	if tx.ended {
		return nil, errors.New("txn: the command has ended")
	}
	tx.notice(sql)
	// A batch takes no mode per statement: a read that asks to be planned with its values on the read pool is one of many here.
	if len(args) > 0 {
		if _, mode := args[0].(pgx.QueryExecMode); mode {
			args = args[1:]
		}
	}
	b := &pgx.Batch{}
	for _, q := range tx.queue {
		b.Queue(q.sql, q.args...)
	}
	b.Queue(sql, args...)
	br := tx.conn.SendBatch(ctx, b)
	if err := tx.settle(ctx, br); err != nil {
		br.Close()
		return nil, tx.seen(ctx, err)
	}
	rows, err := br.Query()
	if err != nil {
		br.Close()
		return nil, err
	}
	return &batchRows{Rows: rows, br: br}, nil
}

// notice counts a write that answers with rows, since it comes in the clothes
// of a read.
func (tx *Tx) notice(sql string) {
	if strings.Contains(sql, "returning") {
		tx.writes++
	}
}

// QueryRow reads one row, after everything queued before it.
func (tx *Tx) QueryRow(ctx context.Context, sql string, args ...any) pgx.Row {
	rows, err := tx.Query(ctx, sql, args...)
	return row{rows, err}
}

// Flush sends what is queued and checks the answers.
func (tx *Tx) Flush(ctx context.Context) error {
	if len(tx.queue) == 0 {
		return nil
	}
	b := &pgx.Batch{}
	for _, q := range tx.queue {
		b.Queue(q.sql, q.args...)
	}
	br := tx.conn.SendBatch(ctx, b)
	err := tx.settle(ctx, br)
	if cerr := br.Close(); err == nil && cerr != nil {
		err = cerr
	}
	return tx.seen(ctx, err)
}

// settle reads the answers of what was queued.
func (tx *Tx) settle(ctx context.Context, br pgx.BatchResults) error {
	queue := tx.queue
	tx.queue = nil
	if !tx.testing {
		tx.open = true
	}
	for _, q := range queue {
		if q.scan != nil {
			rows, err := br.Query()
			if err == nil {
				err = q.scan(rows)
				rows.Close()
			}
			if err != nil {
				return err
			}
			continue
		}
		tag, err := br.Exec()
		if err != nil {
			return err
		}
		if q.want >= 0 && tag.RowsAffected() != q.want {
			if q.miss == nil {
				return fmt.Errorf("txn: %d rows changed where %d were meant: %.60q", tag.RowsAffected(), q.want, q.sql)
			}
			return q.miss
		}
	}
	return nil
}

// seen turns the sign that the command's key is taken into the first outcome.
func (tx *Tx) seen(ctx context.Context, err error) error {
	if !errors.Is(err, errSeen) {
		return err
	}
	// What was queued behind the key may have failed, so the first outcome is read outside the transaction.
	if _, err := tx.conn.Exec(ctx, "rollback"); err != nil {
		return err
	}
	tx.open, tx.ended = false, true
	var first repeated
	var hash []byte
	var outcome string
	rows, err := tx.conn.Query(ctx, firstSQL, tx.actor.scope(), string(tx.command.Key))
	if err != nil {
		return err
	}
	defer rows.Close()
	if !rows.Next() {
		return errors.Join(rows.Err(), errors.New("txn: the first command's outcome is gone"))
	}
	if err := rows.Scan(&hash, &outcome); err != nil {
		return err
	}
	copy(first.hash[:], hash)
	first.outcome = []byte(outcome)
	return &first
}

func (tx *Tx) finish(ctx context.Context, value any) error {
	if tx.writes > 0 && tx.events == 0 && tx.quiet == "" {
		return ErrSilent
	}
	if !tx.testing {
		outcome, err := json.Marshal(value)
		if err != nil {
			return fmt.Errorf("keep the outcome: %w", err)
		}
		if string(outcome) != "{}" && string(outcome) != "null" {
			tx.queue = append(tx.queue, queued{sql: outcomeSQL, args: []any{tx.actor.scope(), string(tx.command.Key), string(outcome)}, want: 1})
		}
	}
	if len(tx.jobs) > 0 {
		if tx.db == nil || tx.db.jobs == nil {
			return errors.New("txn: a job was enqueued where nothing takes jobs")
		}
		if _, err := tx.db.jobs.InsertManyTx(ctx, riverTx{tx}, tx.jobs); err != nil {
			return fmt.Errorf("enqueue jobs: %w", err)
		}
		tx.jobs = nil
	}
	if err := tx.Flush(ctx); err != nil {
		return err
	}
	if tx.testing {
		return nil
	}
	tag, err := tx.conn.Exec(ctx, "commit")
	tx.ended = true
	tx.open = false
	if err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	if tag.String() != "COMMIT" { // a failed transaction answers COMMIT with ROLLBACK and no error
		return errors.New("txn: the database rolled back instead of committing")
	}
	return nil
}

// abandon rolls back what was not committed, also after a panic. A connection
// that cannot be cleaned is closed, so that the pool never lends it out dirty.
func (tx *Tx) abandon() {
	if tx.testing || !tx.open {
		return
	}
	tx.open = false
	tx.ended = true
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	if _, err := tx.conn.Exec(ctx, "rollback"); err != nil {
		tx.conn.Close(ctx)
	}
}
