package txn

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"packhouse/internal/id"
)

// ForTest makes a Tx inside a transaction that the test has begun and will
// roll back. Only internal/pgtest may call it (internal/arch holds that).
func ForTest(ctx context.Context, conn *pgx.Conn, jobs Enqueuer, actor Actor) (*Tx, error) {
	tx := &Tx{conn: conn, db: &DB{jobs: jobs}, actor: actor, command: Command{Key: id.NewKey()}, testing: true}
	var now time.Time
	if err := conn.QueryRow(ctx, "select transaction_timestamp()").Scan(&now); err != nil {
		return nil, err
	}
	tx.now = now
	return tx, nil
}

// End sends what is queued, jobs too, as the end of a command would.
func (tx *Tx) End(ctx context.Context) error { return tx.finish(ctx, nil) }
