package main

import (
	"context"
	"fmt"
	"time"

	"packhouse/internal/migrate"
)

var migrateCommand = command{name: "migrate", args: "up|status", short: "bring the database's schema up to date, or show how it stands",
	long: `
  up       apply what is pending; one process at a time, the others wait
  status   list the migrations and when each was applied

serve and work do "up" by themselves when they start. Migrations only go
forward, and each runs while the release before it is still serving. Behind a
pooler set DIRECT_DATABASE_URL.`,
}

func init() { migrateCommand.run = runMigrate }

func runMigrate(ctx context.Context, e *env, args []string) error {
	rest, err := migrateCommand.flags(e, args, nil)
	if err != nil {
		return err
	}
	if len(rest) != 1 || (rest[0] != "up" && rest[0] != "status") {
		return wrongly("migrate takes one word, up or status")
	}
	db, err := openDatabase(ctx, e, false)
	if err != nil {
		return err
	}
	defer db.close(e)
	if rest[0] == "up" {
		applied, err := migrate.Up(ctx, db.direct)
		for _, name := range applied {
			fmt.Fprintln(e.out, "applied", name)
		}
		if err == nil {
			fmt.Fprintf(e.out, "the schema is at version %d\n", migrate.Target())
		}
		return err
	}
	steps, err := migrate.Status(ctx, db.direct)
	for _, s := range steps {
		when := "pending"
		if !s.At.IsZero() {
			when = s.At.UTC().Format(time.RFC3339)
		}
		fmt.Fprintf(e.out, "%-22s %s\n", when, s.Name)
	}
	return err
}
