package notify

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"packhouse/internal/id"
	"packhouse/internal/job"
	"packhouse/internal/problem"
	"packhouse/internal/trade"
	"packhouse/internal/txn"
)

// The first copy's row is the lock: two who ask at once get copies one after
// the other.
const lockSQL = `
	select m.event_id, coalesce(m.order_id, 0), m.kind, m.recipient, m.state
	from notify_mails m
	join notify_mails first on first.event_id = m.event_id and first.kind = m.kind and first.recipient = m.recipient and first.copy = 0
	where m.id = $1
	for update of first, m`

type locked struct {
	id    id.Mail
	event id.Event
	order id.Order
	kind  Kind
	to    string
	state State
}

func lock(ctx context.Context, tx *txn.Tx, which id.Mail) (locked, error) {
	m := locked{id: which}
	var kind, state string
	err := tx.QueryRow(ctx, lockSQL, int64(which)).Scan(&m.event, &m.order, &kind, &m.to, &state)
	if errors.Is(err, pgx.ErrNoRows) {
		return m, problem.Missing("mail")
	}
	if err != nil {
		return m, fmt.Errorf("lock mail %d: %w", which, err)
	}
	m.kind, _ = KindNamed(kind)
	m.state, _ = StateNamed(state)
	return m, nil
}

// canResend is the rule: a copy is of something that has come to its end, and a
// link that works once is asked for anew by whoever needs it.
func (m locked) canResend() error {
	switch {
	case m.kind.once():
		return problem.Refuse("refused.mail_once")
	case m.state == StateQueued:
		return problem.Refuse("refused.mail_waiting")
	}
	return nil
}

const copySQL = `
	insert into notify_mails (id, event_id, order_id, kind, recipient, language, copy, args)
	select $2, m.event_id, m.order_id, m.kind, $3, m.language,
	       (select coalesce(max(o.copy) + 1, 0) from notify_mails o where o.event_id = m.event_id and o.kind = m.kind and o.recipient = $3),
	       m.args
	from notify_mails m
	where m.id = $1`

// Resend sends a new copy of a mail, written from what the order says now, to
// the same address or (to not empty) to another. problem.Refusal for a mail
// that still waits and for one whose link works once; problem.Invalid at "to".
func Resend(ctx context.Context, tx *txn.Tx, which id.Mail, to string) (id.Mail, error) {
	m, err := lock(ctx, tx, which)
	if err != nil {
		return 0, err
	}
	if err := m.canResend(); err != nil {
		return 0, err
	}
	v := &problem.Invalid{}
	if to = trade.ReadEmail(v, "to", to); to == "" {
		to = m.to
	}
	if err := v.Err(); err != nil {
		return 0, err
	}
	next, err := Reserve(ctx, tx)
	if err != nil {
		return 0, err
	}
	tx.Queue(copySQL, 1, nil, int64(which), int64(next), to)
	tx.Record(happened("mail.resent", next, m.order, m.kind, nil))
	tx.Enqueue(job.SendMail{Mail: next}, nil)
	return next, nil
}

const retrySQL = `
	update notify_mails set state = 'queued', leased_until = null
	where id = $1 and state = 'failed'`

// Retry lets a failed mail be tried again, with its old Message-ID.
// problem.Refusal when it has not failed.
func Retry(ctx context.Context, tx *txn.Tx, which id.Mail) error {
	m, err := lock(ctx, tx, which)
	if err != nil {
		return err
	}
	if m.state != StateFailed {
		return problem.Refuse("refused.mail_not_failed", "state", m.state.Code())
	}
	tx.Queue(retrySQL, 1, problem.Missing("mail"), int64(which))
	tx.Record(happened("mail.retried", which, m.order, m.kind, nil))
	tx.Enqueue(job.SendMail{Mail: which}, nil)
	return nil
}

const stopSQL = `
	update notify_mails set state = 'failed', last_error = $2
	where id = $1 and state = 'queued' and coalesce(leased_until, '-infinity') <= clock_timestamp()`

// Stop parks a mail that waits, for a person who does not want it sent; Retry
// takes it up again. problem.Refusal when it no longer waits or is being sent.
func Stop(ctx context.Context, tx *txn.Tx, which id.Mail) error {
	m, err := lock(ctx, tx, which)
	if err != nil {
		return err
	}
	if m.state != StateQueued {
		return problem.Refuse("refused.mail_not_waiting", "state", m.state.Code())
	}
	tx.Queue(stopSQL, 1, problem.Refuse("refused.mail_leaving"), int64(which), "stopped by "+tx.Actor().Name)
	tx.Record(happened("mail.stopped", which, m.order, m.kind, nil))
	return nil
}
