// Package backup writes the whole database into one file and reads it back
// into an empty one. It needs no other program and no superuser, so it works
// on a managed server as on the private one.
//
// The file is gzip over text: for each table a COPY as psql reads it, with the
// number of its rows, then the sequences, then a digest of everything. All of
// it is one snapshot, taken while people work.
//
// What is left out: sessions, so that a restore signs everybody out; caught
// mails of development; and what the job queue knows about its own running.
package backup

import (
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// Header is the file's second line.
type Header struct {
	MadeAt   time.Time `json:"made_at"`  // the snapshot's time, UTC
	Schema   int64     `json:"schema"`   // the newest migration in it
	Postgres string    `json:"postgres"` // the server's version
	Release  string    `json:"release"`  // of the program that wrote it
}

// Summary is what a file holds, written as its last line.
type Summary struct {
	Tables int    `json:"tables"`
	Rows   int64  `json:"rows"`
	SHA256 string `json:"sha256"` // of all text before the last line
}

// table is announced before its rows. Generated columns are not in it.
type table struct {
	Name    string   `json:"table"`
	Columns []string `json:"columns"`
}

type sequence struct {
	Name   string `json:"sequence"`
	Value  int64  `json:"value"`
	Called bool   `json:"called"`
}

const (
	magic     = "-- packhouse backup 1"
	endOfRows = `\.`
	rowsMark  = "-- rows "
	endMark   = "-- end "
)

const snapshotSQL = `
	begin isolation level repeatable read read only`

// noLimitsSQL also fixes how values are spelt, which a server may have set
// otherwise.
const noLimitsSQL = `
	set local statement_timeout = 0;
	set local idle_in_transaction_session_timeout = 0;
	set local lock_timeout = '10s';
	set local timezone = 'UTC';
	set local datestyle = 'ISO, YMD';
	set local intervalstyle = 'postgres';
	set local bytea_output = 'hex';
	set local extra_float_digits = 3`

const headerSQL = `
	select date_trunc('milliseconds', transaction_timestamp()),
	       (select coalesce(max(version_id), 0) from goose_db_version where is_applied),
	       current_setting('server_version')`

// Write writes a backup of conn's database to w.
func Write(ctx context.Context, conn *pgx.Conn, w io.Writer, release string) (Header, Summary, error) {
	zw := gzip.NewWriter(w)
	digest := sha256.New()
	b := writer{conn: conn, out: io.MultiWriter(zw, digest)}
	h, err := b.write(ctx, release)
	if err != nil {
		return h, b.sum, err
	}
	b.sum.SHA256 = hex.EncodeToString(digest.Sum(nil))
	b.line(endMark, b.sum)
	if b.err != nil {
		return h, b.sum, fmt.Errorf("write the backup: %w", b.err)
	}
	if err := zw.Close(); err != nil {
		return h, b.sum, fmt.Errorf("write the backup: %w", err)
	}
	return h, b.sum, nil
}

// writer keeps the first error of writing, so that each line need not ask.
type writer struct {
	conn *pgx.Conn
	out  io.Writer
	sum  Summary
	err  error
}

func (b *writer) write(ctx context.Context, release string) (h Header, err error) {
	if _, err := b.conn.Exec(ctx, snapshotSQL); err != nil {
		return h, fmt.Errorf("begin the snapshot: %w", err)
	}
	defer b.conn.Exec(context.WithoutCancel(ctx), "rollback") // it only read
	if _, err := b.conn.Exec(ctx, noLimitsSQL); err != nil {
		return h, fmt.Errorf("lift the time limits: %w", err)
	}
	if err := b.conn.QueryRow(ctx, headerSQL).Scan(&h.MadeAt, &h.Schema, &h.Postgres); err != nil {
		return h, fmt.Errorf("read the schema's version: %w", err)
	}
	h.MadeAt, h.Release = h.MadeAt.UTC(), release
	b.text(magic)
	b.line("-- ", h)
	tables, err := tables(ctx, b.conn)
	if err != nil {
		return h, err
	}
	for _, t := range tables {
		if err := b.table(ctx, t); err != nil {
			return h, err
		}
	}
	// Sequences do not belong to the snapshot; read last they are never behind the rows.
	sequences, err := sequences(ctx, b.conn)
	if err != nil {
		return h, err
	}
	for _, s := range sequences {
		b.line("-- ", s)
		b.text(fmt.Sprintf("SELECT setval('%s', %d, %t);", strings.ReplaceAll(quote(s.Name), "'", "''"), s.Value, s.Called))
	}
	return h, b.err
}

func (b *writer) table(ctx context.Context, t table) error {
	if b.err != nil {
		return fmt.Errorf("write the backup: %w", b.err)
	}
	b.line("-- ", t)
	b.text("COPY " + t.target() + " FROM stdin;")
	tag, err := b.conn.PgConn().CopyTo(ctx, b.out, "COPY "+t.target()+" TO STDOUT")
	if err != nil {
		return fmt.Errorf("copy %s out: %w", t.Name, err)
	}
	b.sum.Tables++
	b.sum.Rows += tag.RowsAffected()
	b.text(endOfRows)
	b.text(fmt.Sprint(rowsMark, tag.RowsAffected()))
	return nil
}

func (b *writer) text(s string) {
	if b.err == nil {
		_, b.err = io.WriteString(b.out, s+"\n")
	}
}

func (b *writer) line(before string, v any) {
	j, err := json.Marshal(v)
	if err != nil && b.err == nil {
		b.err = err
	}
	b.text(before + string(j))
}

// target is the table with its columns as SQL spells them.
func (t table) target() string {
	columns := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		columns[i] = quote(c)
	}
	return quote(t.Name) + " (" + strings.Join(columns, ", ") + ")"
}

func quote(name string) string { return pgx.Identifier{name}.Sanitize() }

const tablesSQL = `
	select c.relname, array_agg(a.attname::text order by a.attnum)
	from pg_class c join pg_attribute a on a.attrelid = c.oid
	where c.relnamespace = current_schema()::regnamespace and c.relkind = 'r'
	  and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
	group by c.relname
	order by c.relname`

// tables are those that a backup holds.
func tables(ctx context.Context, conn *pgx.Conn) ([]table, error) {
	rows, err := conn.Query(ctx, tablesSQL)
	if err != nil {
		return nil, fmt.Errorf("list the tables: %w", err)
	}
	all, err := pgx.CollectRows(rows, pgx.RowToStructByPos[table])
	if err != nil {
		return nil, fmt.Errorf("list the tables: %w", err)
	}
	kept := all[:0]
	for _, t := range all {
		if !leftOut(t.Name) {
			kept = append(kept, t)
		}
	}
	return kept, nil
}

// leftOut names the tables a backup does not hold.
func leftOut(name string) bool {
	switch name {
	case "goose_db_version", "goose_lock", "notify_caught":
		return true
	case "river_job":
		return false
	}
	return strings.HasPrefix(name, "river_") || strings.HasSuffix(name, "_sessions") || name == "sessions"
}

const sequencesSQL = `
	select sequencename, coalesce(last_value, start_value), last_value is not null
	from pg_sequences
	where schemaname = current_schema()
	order by sequencename`

func sequences(ctx context.Context, conn *pgx.Conn) ([]sequence, error) {
	rows, err := conn.Query(ctx, sequencesSQL)
	if err != nil {
		return nil, fmt.Errorf("list the sequences: %w", err)
	}
	all, err := pgx.CollectRows(rows, pgx.RowToStructByPos[sequence])
	if err != nil {
		return nil, fmt.Errorf("list the sequences: %w", err)
	}
	kept := all[:0]
	for _, s := range all {
		if !strings.HasPrefix(s.Name, "goose_") {
			kept = append(kept, s)
		}
	}
	return kept, nil
}
