// Package migrate brings a database to the schema of this program. Migrations
// only go forward; one process at a time runs them, the others wait for it.
package migrate

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"packhouse/migrations"
)

// Step is one migration and whether it has been applied.
type Step struct {
	Version int64
	Name    string
	At      time.Time // when it was applied; zero while it is pending
}

// sessionSQL keeps a migration that meets a long transaction from making
// everybody queue behind it: it gives up after two seconds and tries again.
const sessionSQL = `set lock_timeout = '2s'; set statement_timeout = 0`

// tries of a migration that could not get its lock.
const tries = 30

// Up applies what is pending and answers the names applied. url must lead to
// the server itself, not to a transaction pooler: the lock is the session's.
func Up(ctx context.Context, url string) ([]string, error) {
	return with(ctx, url, func(p *goose.Provider) ([]*goose.MigrationResult, error) { return p.Up(ctx) })
}

// UpTo applies what is pending up to and including version.
func UpTo(ctx context.Context, url string, version int64) ([]string, error) {
	return with(ctx, url, func(p *goose.Provider) ([]*goose.MigrationResult, error) { return p.UpTo(ctx, version) })
}

func with(ctx context.Context, url string, run func(*goose.Provider) ([]*goose.MigrationResult, error)) ([]string, error) {
	p, done, err := provider(url)
	if err != nil {
		return nil, err
	}
	defer done()
	var names []string
	for try := 1; ; try++ {
		applied, err := run(p)
		if partial, ok := errors.AsType[*goose.PartialError](err); ok {
			applied = partial.Applied
		}
		for _, r := range applied {
			names = append(names, r.Source.Path)
		}
		if err == nil {
			return names, nil
		}
		if refused, ok := errors.AsType[*pgconn.PgError](err); !ok || refused.Code != "55P03" || try == tries {
			return names, fmt.Errorf("migrate the database: %w", err)
		}
		select {
		case <-ctx.Done():
			return names, ctx.Err()
		case <-time.After(time.Second):
		}
	}
}

// Status lists all migrations of this program in order.
func Status(ctx context.Context, url string) ([]Step, error) {
	p, done, err := provider(url)
	if err != nil {
		return nil, err
	}
	defer done()
	states, err := p.Status(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the state of the migrations: %w", err)
	}
	steps := make([]Step, 0, len(states))
	for _, s := range states {
		steps = append(steps, Step{s.Source.Version, s.Source.Path, s.AppliedAt})
	}
	return steps, nil
}

// Target is the version that this program's schema has.
func Target() int64 {
	var newest int64
	for _, name := range files() {
		if v, err := goose.NumericComponent(name); err == nil && v > newest {
			newest = v
		}
	}
	return newest
}

// Digest names the content of all migrations, for whoever keeps a database
// made by exactly these.
func Digest() string {
	h := sha256.New()
	for _, name := range files() {
		b, err := fs.ReadFile(migrations.FS, name)
		if err != nil {
			panic("migrate: an embedded file cannot be read: " + err.Error())
		}
		fmt.Fprintf(h, "%s %d\n", name, len(b))
		h.Write(b)
	}
	return hex.EncodeToString(h.Sum(nil))[:16]
}

func files() []string {
	names, err := fs.Glob(migrations.FS, "*.sql")
	if err != nil {
		panic("migrate: the pattern is wrong: " + err.Error())
	}
	return names
}

func provider(url string) (*goose.Provider, func(), error) {
	cfg, err := pgx.ParseConfig(url)
	if err != nil {
		return nil, nil, fmt.Errorf("read the database address: %w", err)
	}
	cfg.ConnectTimeout = 5 * time.Second
	db := stdlib.OpenDB(*cfg, stdlib.OptionAfterConnect(func(ctx context.Context, conn *pgx.Conn) error {
		_, err := conn.Exec(ctx, sessionSQL)
		return err
	}))
	db.SetMaxOpenConns(4)
	locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 600))
	if err != nil {
		db.Close()
		return nil, nil, fmt.Errorf("prepare the migration lock: %w", err)
	}
	p, err := goose.NewProvider(goose.DialectPostgres, db, migrations.FS, goose.WithSessionLocker(locker))
	if err != nil {
		db.Close()
		return nil, nil, fmt.Errorf("read the migrations: %w", err)
	}
	return p, func() { closeQuietly(p, db) }, nil
}

// closeQuietly closes both; what they held ends with the connection anyway.
func closeQuietly(p *goose.Provider, db *sql.DB) {
	p.Close()
	db.Close()
}
