package notify

import (
	"errors"

	"packhouse/internal/id"
	"packhouse/internal/txn"
)

// ReserveLater queues the taking of an id for a mail: it is in dest after the
// command's next round trip.
func ReserveLater(tx *txn.Tx, dest *id.Mail) {
	txn.ReadOne(tx, errors.New("notify: no id for a mail"), []any{dest}, reserveSQL)
}
