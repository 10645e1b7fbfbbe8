package txn

import (
	"context"

	"github.com/jackc/pgx/v5"

	"packhouse/internal/pg"
)

// ReadAll queues a read that collects its rows into dest.
func ReadAll[T any](tx *Tx, dest *[]T, to pgx.RowToFunc[T], sql string, args ...any) {
	q := pg.Many(dest, to, sql, args...)
	tx.Read(q.SQL, q.Scan, q.Args...)
}

// ReadOne queues a read of one row; none is missing, the error to return.
func ReadOne(tx *Tx, missing error, dest []any, sql string, args ...any) {
	q := pg.One(missing, dest, sql, args...)
	tx.Read(q.SQL, q.Scan, q.Args...)
}

// ReadTogether makes reads in one round trip, after everything queued before
// them.
func (tx *Tx) ReadTogether(ctx context.Context, qs []pg.Query) error {
	for _, q := range qs {
		tx.Read(q.SQL, q.Scan, q.Args...)
	}
	return tx.Flush(ctx)
}
