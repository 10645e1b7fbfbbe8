package pg

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// Query is a read that can travel with others: its rows go to Scan.
type Query struct {
	SQL  string
	Args []any
	Scan func(pgx.Rows) error
}

// together is what can send several reads in one round trip: a command.
type together interface {
	ReadTogether(ctx context.Context, qs []Query) error
}

// batcher is a pool: it sends several reads in one round trip too.
type batcher interface {
	SendBatch(ctx context.Context, b *pgx.Batch) pgx.BatchResults
}

func inBatch(ctx context.Context, p batcher, qs []Query) error {
	b := &pgx.Batch{}
	for _, q := range qs {
		b.Queue(q.SQL, q.Args...)
	}
	answers := p.SendBatch(ctx, b)
	for _, q := range qs {
		rows, err := answers.Query()
		if err == nil {
			err = q.Scan(rows)
			rows.Close()
			if err == nil {
				err = rows.Err()
			}
		}
		if err != nil {
			answers.Close()
			return err
		}
	}
	return answers.Close()
}

// ReadAll makes several reads that do not need each other's answers, in one
// round trip where the reader can.
func ReadAll(ctx context.Context, r Reader, qs ...Query) error {
	if t, ok := r.(together); ok {
		return t.ReadTogether(ctx, qs)
	}
	if p, ok := r.(batcher); ok {
		return inBatch(ctx, p, qs)
	}
	for _, q := range qs {
		rows, err := r.Query(ctx, q.SQL, q.Args...)
		if err != nil {
			return err
		}
		err = q.Scan(rows)
		rows.Close()
		if err == nil {
			err = rows.Err()
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// One makes a Query of one row; without it the answer is missing.
func One(missing error, dest []any, sql string, args ...any) Query {
	return Query{SQL: sql, Args: args, Scan: func(rows pgx.Rows) error {
		if !rows.Next() {
			if err := rows.Err(); err != nil {
				return err
			}
			return missing
		}
		if err := rows.Scan(dest...); err != nil {
			return fmt.Errorf("scan %.60q: %w", sql, err)
		}
		rows.Close()
		return rows.Err()
	}}
}

// Many makes a Query that collects its rows into dest.
func Many[T any](dest *[]T, to pgx.RowToFunc[T], sql string, args ...any) Query {
	return Query{SQL: sql, Args: args, Scan: func(rows pgx.Rows) (err error) {
		*dest, err = pgx.CollectRows(rows, to)
		return err
	}}
}
