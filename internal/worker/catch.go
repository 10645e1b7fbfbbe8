package worker

import (
	"context"

	"packhouse/internal/catcher"
	"packhouse/internal/notify"
	"packhouse/internal/txn"
)

// Catch starts a mail server on this machine that keeps every mail for the page
// /mails/caught, for development and the demo. Its URL stands in for SMTP_URL.
func Catch(ctx context.Context, db *txn.DB) (*catcher.Server, error) {
	actor := txn.Actor{Kind: txn.System, Name: "Mail catcher"}
	return catcher.Start(ctx, func(ctx context.Context, from, to string, raw []byte) error {
		_, err := txn.Do(ctx, db, actor, txn.Once(), func(_ context.Context, tx *txn.Tx) (struct{}, error) {
			notify.Catch(tx, from, to, raw)
			return struct{}{}, nil
		})
		return err
	})
}
