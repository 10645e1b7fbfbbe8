package backup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/jackc/pgx/v5"

	"packhouse/internal/migrate"
)

// Restored tells what a restore did.
type Restored struct {
	Header    Header
	Summary   Summary
	MailsHeld int64 // were waiting to be sent, and now wait for a person
}

// ErrNotEmpty says that the database holds somebody's work.
var ErrNotEmpty = errors.New("this database is in use: a backup is only restored into an empty one")

// Restore reads a backup into the database at url, which must be empty: either
// without any table, and then gets the schema of the backup's time, or
// migrated to exactly that schema and never used. All or nothing is restored.
// Afterwards the schema is brought to this program's.
//
// Nobody stays signed in, links that work once are void, and mails that were
// waiting are not sent: they stand in the outbox as failed, with the reason,
// for a person to send again.
func Restore(ctx context.Context, url string, r io.Reader) (Restored, error) {
	var done Restored
	f, err := Open(r)
	if err != nil {
		return done, err
	}
	done.Header = f.Header
	if newest := migrate.Target(); f.Header.Schema > newest {
		return done, fmt.Errorf("the backup has schema %d and this program knows up to %d: restore it with release %s or newer", f.Header.Schema, newest, f.Header.Release)
	}
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return done, fmt.Errorf("reach the database: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	if err := prepare(ctx, conn, url, f.Header.Schema); err != nil {
		return done, err
	}
	err = pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		l := loader{conn: tx.Conn(), file: f, done: &done}
		return l.load(ctx)
	})
	if err != nil {
		return done, err
	}
	if _, err := conn.Exec(ctx, "analyze"); err != nil {
		return done, fmt.Errorf("everything was restored, but analysing it failed: %w", err)
	}
	_, err = migrate.Up(ctx, url)
	return done, err
}

const (
	migratedSQL = `select to_regclass('goose_db_version') is not null`
	anythingSQL = `select exists (select from pg_class where relnamespace = current_schema()::regnamespace and relkind = 'r')`
	versionSQL  = `select coalesce(max(version_id), 0) from goose_db_version where is_applied`
	inUseSQL    = `select exists (select from events) or exists (select from sales_orders) or exists (select from customers) or exists (select from catalog_products)`
)

// prepare leaves an empty database with the backup's schema, or refuses.
func prepare(ctx context.Context, conn *pgx.Conn, url string, schema int64) error {
	var migrated, anything, used bool
	if err := conn.QueryRow(ctx, migratedSQL).Scan(&migrated); err != nil {
		return fmt.Errorf("look into the database: %w", err)
	}
	if !migrated {
		if err := conn.QueryRow(ctx, anythingSQL).Scan(&anything); err != nil {
			return fmt.Errorf("look into the database: %w", err)
		}
		if anything {
			return fmt.Errorf("%w, and it holds tables of something else", ErrNotEmpty)
		}
		_, err := migrate.UpTo(ctx, url, schema)
		return err
	}
	var version int64
	if err := conn.QueryRow(ctx, versionSQL).Scan(&version); err != nil {
		return fmt.Errorf("read the schema's version: %w", err)
	}
	if version != schema {
		return fmt.Errorf("the backup has schema %d and this database %d: restore into a database without tables, which is then brought up to date", schema, version)
	}
	if err := conn.QueryRow(ctx, inUseSQL).Scan(&used); err != nil {
		return fmt.Errorf("look into the database: %w", err)
	}
	if used {
		return ErrNotEmpty
	}
	return nil
}

// loader is one restore in its transaction. Foreign keys are dropped and made
// again, and the triggers of the schema rest: both are the table owner's
// right, while telling the server to ignore them is a superuser's.
type loader struct {
	conn *pgx.Conn
	file *File
	done *Restored
}

func (l *loader) load(ctx context.Context) error {
	if _, err := l.conn.Exec(ctx, noLimitsSQL); err != nil {
		return fmt.Errorf("lift the time limits: %w", err)
	}
	known, err := tables(ctx, l.conn)
	if err != nil {
		return err
	}
	keys, err := foreignKeys(ctx, l.conn)
	if err != nil {
		return err
	}
	for _, k := range keys {
		if err := l.exec(ctx, "alter table "+k.Table+" drop constraint "+quote(k.Name)); err != nil {
			return err
		}
	}
	want := map[string]table{}
	for _, t := range known {
		want[t.Name] = t
		if err := l.exec(ctx, "alter table "+quote(t.Name)+" disable trigger user"); err != nil {
			return err
		}
	}
	for _, t := range known { // what the migrations planted is in the backup too
		if err := l.exec(ctx, "truncate "+quote(t.Name)); err != nil {
			return err
		}
	}
	if err := l.fill(ctx, want); err != nil {
		return err
	}
	for _, t := range known {
		if err := l.exec(ctx, "alter table "+quote(t.Name)+" enable trigger user"); err != nil {
			return err
		}
	}
	for _, k := range keys { // checks every row
		if err := l.exec(ctx, "alter table "+k.Table+" add constraint "+quote(k.Name)+" "+k.Definition); err != nil {
			return err
		}
	}
	return l.settle(ctx)
}

// fill reads the file to its end.
func (l *loader) fill(ctx context.Context, want map[string]table) error {
	for {
		p, err := l.file.next()
		switch {
		case err != nil:
			return err
		case p.end != nil:
			if len(want) > 0 {
				return fmt.Errorf("the backup lacks the tables %v", slices.Sorted(maps.Keys(want)))
			}
			if l.done.Summary.Rows != p.end.Rows || l.done.Summary.Tables != p.end.Tables {
				return fmt.Errorf("%d rows in %d tables were restored, the backup speaks of %d in %d", l.done.Summary.Rows, l.done.Summary.Tables, p.end.Rows, p.end.Tables)
			}
			l.done.Summary.SHA256 = p.end.SHA256
			return nil
		case p.sequence != nil:
			if err := l.sequence(ctx, *p.sequence); err != nil {
				return err
			}
		default:
			if err := l.table(ctx, *p.table, want); err != nil {
				return err
			}
		}
	}
}

func (l *loader) table(ctx context.Context, t table, want map[string]table) error {
	ours, ok := want[t.Name]
	if !ok || !slices.Equal(ours.Columns, t.Columns) {
		return fmt.Errorf("the backup's table %s is not the one in this database", t.Name)
	}
	delete(want, t.Name)
	tag, err := l.conn.PgConn().CopyFrom(ctx, &data{f: l.file}, "COPY "+ours.target()+" FROM STDIN")
	if err != nil {
		return fmt.Errorf("restore %s: %w", t.Name, err)
	}
	claimed, err := l.file.rows()
	if err != nil {
		return err
	}
	if tag.RowsAffected() != claimed {
		return fmt.Errorf("restore %s: %d rows came in, the backup speaks of %d", t.Name, tag.RowsAffected(), claimed)
	}
	l.done.Summary.Tables++
	l.done.Summary.Rows += claimed
	return nil
}

const setvalSQL = `select setval($1::text::regclass, $2, $3)`

// sequence sets the next number. setval alone would outlive a rollback; on a
// sequence that this transaction has restarted it does not.
func (l *loader) sequence(ctx context.Context, s sequence) error {
	if err := l.exec(ctx, "alter sequence "+quote(s.Name)+" restart"); err != nil {
		return err
	}
	if _, err := l.conn.Exec(ctx, setvalSQL, quote(s.Name), s.Value, s.Called); err != nil {
		return fmt.Errorf("restore sequence %s: %w", s.Name, err)
	}
	return nil
}

// What was waiting to be sent may have been sent after the backup was made:
// a person decides.
const holdMailsSQL = `
	update notify_mails
	set state = 'failed', last_error = 'waiting when the backup was made, so it may have been sent since: send it again if it is still needed'
	where state = 'queued'`

const cancelMailJobsSQL = `
	update river_job
	set state = 'cancelled', finalized_at = now()
	where kind = 'send_mail' and finalized_at is null`

// A job that was under way when the backup was made is done again; jobs are
// written to bear that.
const freeJobsSQL = `update river_job set state = 'available' where state = 'running'`

const voidLinksSQL = `update links set revoked_at = now() where once and used_at is null and revoked_at is null`

// settle makes the copy fit to go on from.
func (l *loader) settle(ctx context.Context) error {
	tag, err := l.conn.Exec(ctx, holdMailsSQL)
	if err != nil {
		return fmt.Errorf("hold the waiting mails: %w", err)
	}
	l.done.MailsHeld = tag.RowsAffected()
	for _, sql := range []string{cancelMailJobsSQL, freeJobsSQL, voidLinksSQL} {
		if err := l.exec(ctx, sql); err != nil {
			return err
		}
	}
	return nil
}

func (l *loader) exec(ctx context.Context, sql string) error {
	if _, err := l.conn.Exec(ctx, sql); err != nil {
		return fmt.Errorf("restore (%.80s): %w", sql, err)
	}
	return nil
}

type foreignKey struct{ Table, Name, Definition string }

const foreignKeysSQL = `
	select conrelid::regclass::text, conname::text, pg_get_constraintdef(oid)
	from pg_constraint
	where contype = 'f' and conparentid = 0 and connamespace = current_schema()::regnamespace
	order by 1, 2`

func foreignKeys(ctx context.Context, conn *pgx.Conn) ([]foreignKey, error) {
	rows, err := conn.Query(ctx, foreignKeysSQL)
	if err != nil {
		return nil, fmt.Errorf("list the foreign keys: %w", err)
	}
	keys, err := pgx.CollectRows(rows, pgx.RowToStructByPos[foreignKey])
	if err != nil {
		return nil, fmt.Errorf("list the foreign keys: %w", err)
	}
	return keys, nil
}
