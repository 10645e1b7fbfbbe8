package txn

import "github.com/jackc/pgx/v5"

// ReadAll queues a read that collects its rows into dest.
func ReadAll[T any](tx *Tx, dest *[]T, to pgx.RowToFunc[T], sql string, args ...any) {
	tx.Read(sql, func(rows pgx.Rows) (err error) {
		*dest, err = pgx.CollectRows(rows, to)
		return err
	}, args...)
}

// ReadOne queues a read of one row; none is missing, the error to return.
func ReadOne(tx *Tx, missing error, dest []any, sql string, args ...any) {
	tx.Read(sql, func(rows pgx.Rows) error {
		if !rows.Next() {
			if err := rows.Err(); err != nil {
				return err
			}
			return missing
		}
		if err := rows.Scan(dest...); err != nil {
			return err
		}
		rows.Close()
		return rows.Err()
	}, args...)
}
