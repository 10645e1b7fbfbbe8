package pgtest

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"packhouse/internal/migrate"
	"packhouse/internal/pgrun"
)

// Classes of advisory locks on the test server.
const (
	slotLocks     = 7401 // one for each living test program
	templateLocks = 7402 // one for each template being made
)

// templatesKept is how many templates stay: of the schema as it is and of the
// ones that other working trees use.
const templatesKept = 4

type made struct{ name, address string }

// clone copies the template, making it first where it is missing.
func (s *session) clone(ctx context.Context) (made, error) {
	m, err := s.create(ctx, s.template)
	if gone, ok := errors.AsType[*pgconn.PgError](err); ok && gone.Code == "3D000" {
		// Another working tree's templates have pushed ours out.
		if err := s.ensureTemplate(ctx); err != nil {
			return m, err
		}
		return s.create(ctx, s.template)
	}
	return m, err
}

// create makes a database for this program.
func (s *session) create(ctx context.Context, template string) (made, error) {
	name := fmt.Sprintf("t_%d_%d", s.slot, s.count.Add(1))
	// A database's name cannot be an argument; it is made of digits.
	_, err := s.admin.Exec(ctx, "create database "+name+" owner "+pgrun.Role+" template "+template+" strategy "+s.strategy)
	if err != nil {
		return made{}, fmt.Errorf("make database %s: %w", name, err)
	}
	return made{name, s.server.DatabaseURL(name)}, nil
}

func (s *session) drop(name string) error {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	if _, err := s.admin.Exec(ctx, "drop database if exists "+name+" with (force)"); err != nil {
		return fmt.Errorf("drop database %s: %w", name, err)
	}
	return nil
}

const templateExists = `select exists (select from pg_database where datname = $1)`

// ensureTemplate leaves a migrated database that can be copied, named after
// the migrations' content. Whoever comes first makes it; the others wait.
func (s *session) ensureTemplate(ctx context.Context) error {
	digest := migrate.Digest()
	s.template = "tmpl_" + digest
	conn, err := s.admin.Acquire(ctx)
	if err != nil {
		return fmt.Errorf("reach the test server: %w", err)
	}
	defer conn.Release()
	h := fnv.New32a()
	h.Write([]byte(digest))
	key := int32(h.Sum32())
	if _, err := conn.Exec(ctx, `select pg_advisory_lock($1, $2)`, templateLocks, key); err != nil {
		return fmt.Errorf("wait for the template: %w", err)
	}
	defer conn.Exec(context.WithoutCancel(ctx), `select pg_advisory_unlock($1, $2)`, templateLocks, key)
	var there bool
	if err := conn.QueryRow(ctx, templateExists, s.template).Scan(&there); err != nil || there {
		return err
	}
	return s.makeTemplate(ctx, conn)
}

func (s *session) makeTemplate(ctx context.Context, conn *pgxpool.Conn) error {
	building := s.template + "_new"
	for _, sql := range []string{
		"drop database if exists " + building + " with (force)", // left by a program that was killed
		"create database " + building + " owner " + pgrun.Role + " template template0 strategy " + s.strategy,
	} {
		if _, err := conn.Exec(ctx, sql); err != nil {
			return fmt.Errorf("make the template: %w", err)
		}
	}
	if _, err := migrate.Up(ctx, s.server.DatabaseURL(building)); err != nil {
		return err
	}
	for _, sql := range []string{
		"alter database " + building + " with allow_connections false",
		"alter database " + building + " with is_template true",
		"alter database " + building + " rename to " + s.template,
	} {
		if _, err := conn.Exec(ctx, sql); err != nil {
			return fmt.Errorf("finish the template: %w", err)
		}
	}
	return trimTemplates(ctx, conn)
}

const templatesByAge = `select datname from pg_database where datname like 'tmpl\_%' and datname not like '%\_new' order by oid desc offset $1`

// trimTemplates drops the oldest, each of which is some megabytes of memory.
func trimTemplates(ctx context.Context, conn *pgxpool.Conn) error {
	rows, err := conn.Query(ctx, templatesByAge, templatesKept)
	if err != nil {
		return fmt.Errorf("list the templates: %w", err)
	}
	old, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return fmt.Errorf("list the templates: %w", err)
	}
	for _, name := range old {
		for _, sql := range []string{"alter database " + name + " with is_template false", "drop database if exists " + name + " with (force)"} {
			if _, err := conn.Exec(ctx, sql); err != nil {
				return fmt.Errorf("drop an old template: %w", err)
			}
		}
	}
	return nil
}

const clones = `select datname from pg_database where datname like 't\_%'`

// sweep drops the databases of test programs that are gone: their slot's lock
// is free.
func sweep(ctx context.Context, adminURL string) error {
	conn, err := pgx.Connect(ctx, adminURL)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	rows, err := conn.Query(ctx, clones)
	if err != nil {
		return err
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return err
	}
	for _, name := range names {
		var slot int32
		if _, err := fmt.Sscanf(strings.ReplaceAll(name, "_", " "), "t %d", &slot); err != nil {
			continue // not one of ours
		}
		var free bool
		if err := conn.QueryRow(ctx, `select pg_try_advisory_lock($1, $2)`, slotLocks, slot).Scan(&free); err != nil {
			return err
		}
		if !free {
			continue
		}
		if _, err := conn.Exec(ctx, "drop database if exists "+name+" with (force)"); err != nil {
			return err
		}
		if _, err := conn.Exec(ctx, `select pg_advisory_unlock($1, $2)`, slotLocks, slot); err != nil {
			return err
		}
	}
	return nil
}
