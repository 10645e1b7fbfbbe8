package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/jackc/pgx/v5"

	"packhouse/internal/backup"
)

var backupCommand = command{name: "backup", args: "FILE", short: "write everything into one file",
	long: `
Writes one snapshot of the whole database, taken while people work, into FILE
("-" is standard output). The file holds personal data and is readable by you
alone; the secret key is not in it: keep SECRET_KEY, or DATA_DIR/secret.key,
beside it, for without the key old secret links and second factors are void.
An old FILE is replaced only once the new one is whole.`,
}

var restoreCommand = command{name: "restore", args: "FILE", short: "read a backup into an empty database",
	long: `
Reads a backup into an empty database: one without tables, which gets the
schema of the backup and is then brought up to date, or one that was migrated
to that very schema and never used. A database in use is refused. All of the
backup is restored or nothing.

Afterwards nobody is signed in, links that work once are void, and mails that
were waiting are not sent: they stand in the outbox as failed, to be sent again
by whoever knows that they are still needed. Start with the SECRET_KEY of the
system the backup comes from.`,
}

func init() {
	backupCommand.run = runBackup
	restoreCommand.run = runRestore
}

func runBackup(ctx context.Context, e *env, args []string) error {
	file, err := oneFile(backupCommand, e, args)
	if err != nil {
		return err
	}
	db, err := openDatabase(ctx, e, false)
	if err != nil {
		return err
	}
	defer db.close(e)
	conn, err := pgx.Connect(ctx, db.direct)
	if err != nil {
		return fmt.Errorf("reach the database: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	if file == "-" {
		_, _, err := backup.Write(ctx, conn, e.out, version())
		return err
	}
	sum, err := backupTo(ctx, conn, file)
	if err == nil {
		fmt.Fprintf(e.out, "%s: %d rows of %d tables\n", file, sum.Rows, sum.Tables)
	}
	return err
}

// backupTo leaves the whole backup at file, or what was there before.
func backupTo(ctx context.Context, conn *pgx.Conn, file string) (backup.Summary, error) {
	f, err := os.CreateTemp(filepath.Dir(file), filepath.Base(file)+".partial-") // made with mode 0600
	if err != nil {
		return backup.Summary{}, fmt.Errorf("make the file: %w", err)
	}
	defer os.Remove(f.Name())
	_, sum, err := backup.Write(ctx, conn, f, version())
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return sum, err
	}
	if err := os.Rename(f.Name(), file); err != nil {
		return sum, fmt.Errorf("put the backup in its place: %w", err)
	}
	return sum, nil
}

func runRestore(ctx context.Context, e *env, args []string) error {
	file, err := oneFile(restoreCommand, e, args)
	if err != nil {
		return err
	}
	in := io.Reader(os.Stdin)
	if file != "-" {
		f, err := os.Open(file)
		if err != nil {
			return err
		}
		defer f.Close()
		in = f
	}
	db, err := openDatabase(ctx, e, false)
	if err != nil {
		return err
	}
	defer db.close(e)
	did, err := backup.Restore(ctx, db.direct, in)
	if err != nil {
		return err
	}
	fmt.Fprintf(e.out, "restored %d rows of %d tables, as of %s\n", did.Summary.Rows, did.Summary.Tables, did.Header.MadeAt.Format("2006-01-02 15:04:05 MST"))
	if did.MailsHeld > 0 {
		fmt.Fprintf(e.out, "%d mails were waiting and are held in the outbox: send again those still needed\n", did.MailsHeld)
	}
	return nil
}

func oneFile(c command, e *env, args []string) (string, error) {
	rest, err := c.flags(e, args, nil)
	if err != nil {
		return "", err
	}
	if len(rest) != 1 {
		return "", wrongly("%s takes one FILE: see oms help %s", c.name, c.name)
	}
	return rest[0], nil
}
