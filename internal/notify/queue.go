package notify

import (
	"context"
	"encoding/json"
	"fmt"

	"packhouse/internal/id"
	"packhouse/internal/job"
	"packhouse/internal/txn"
)

// The event is the one recorded just before in the same command, on the same
// connection: nobody waits for its number.
const queueSQL = `
	insert into notify_mails (id, event_id, order_id, kind, recipient, language, args, state, why)
	values ($1, currval('events_id_seq'), nullif($2, 0), $3, $4, $5, $6, $7, $8)`

// Queue writes the mail down for the event that was recorded last in this
// command (tx.Record must come first) and enqueues its sending, all of it with
// the command's next round trip. A suppressed mail is written down and not
// enqueued. Nothing happens when there is no address.
func Queue(tx *txn.Tx, m Mail) {
	if m.To == "" {
		return
	}
	if m.ID == 0 {
		panic("notify: a mail without a reserved id; use Send") // a mistake in the program
	}
	args := []byte("{}")
	if len(m.Args) > 0 {
		var err error
		if args, err = json.Marshal(m.Args); err != nil {
			panic(fmt.Sprintf("notify: arguments of %s cannot be stored: %v", m.Kind, err))
		}
	}
	state := StateQueued
	if m.Suppress != Sent {
		state = StateSuppressed
	}
	tx.Queue(queueSQL, 1, nil, int64(m.ID), int64(m.Order), m.Kind.name, m.To, m.Language, string(args), state.s, string(m.Suppress))
	if state == StateQueued {
		tx.Enqueue(job.SendMail{Mail: m.ID}, nil)
	}
}

const reserveSQL = `select nextval('notify_mails_id_seq')`

// Reserve takes an id for a mail. A command that reads anyway takes it with
// that read instead.
func Reserve(ctx context.Context, tx *txn.Tx) (id.Mail, error) {
	var n int64
	if err := tx.QueryRow(ctx, reserveSQL).Scan(&n); err != nil {
		return 0, fmt.Errorf("reserve a mail: %w", err)
	}
	return id.Mail(n), nil
}

// Send is Reserve and Queue, for commands that are not in a hurry.
func Send(ctx context.Context, tx *txn.Tx, m Mail) (id.Mail, error) {
	if m.To == "" {
		return 0, nil
	}
	var err error
	if m.ID, err = Reserve(ctx, tx); err != nil {
		return 0, err
	}
	Queue(tx, m)
	return m.ID, nil
}
