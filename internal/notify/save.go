package notify

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"packhouse/internal/id"
	"packhouse/internal/problem"
	"packhouse/internal/txn"
)

// Lease is how long a worker has a mail for itself: longer than a sending can
// take, so that no two send at once, and short, so that the mail of a worker
// that died is taken up soon.
const Lease = SendTime + 5*time.Second

// Claim is a mail that this worker, and no other, may send until the lease
// ends.
type Claim struct {
	Mail
	Event   id.Event
	Attempt int
	At      time.Time // when it was claimed
}

// ErrDone says that there is nothing to send: it was sent, parked or
// suppressed.
var ErrDone = errors.New("this mail needs no sending")

// Busy says that another worker may be sending the mail, and for how long.
type Busy struct{ For time.Duration }

func (b *Busy) Error() string { return "another worker is sending this mail" }

const claimSQL = `
	update notify_mails
	set attempts = attempts + 1, leased_until = clock_timestamp() + make_interval(secs => $2)
	where id = $1 and state = 'queued' and coalesce(leased_until, '-infinity') <= clock_timestamp()
	returning event_id, coalesce(order_id, 0), kind, recipient, language, args, attempts, clock_timestamp()`

const busySQL = `
	select state, coalesce(extract(epoch from leased_until - clock_timestamp()), 0)::float8
	from notify_mails
	where id = $1`

// Take claims a mail for sending; ErrDone or *Busy when it is not to be had.
func Take(ctx context.Context, tx *txn.Tx, which id.Mail) (Claim, error) {
	c := Claim{Mail: Mail{ID: which}}
	var kind string
	var args []byte
	err := tx.QueryRow(ctx, claimSQL, int64(which), Lease.Seconds()).
		Scan(&c.Event, &c.Order, &kind, &c.To, &c.Language, &args, &c.Attempt, &c.At)
	tx.Quiet("the lease of a mail under way")
	if errors.Is(err, pgx.ErrNoRows) {
		return c, taken(ctx, tx, which)
	}
	if err != nil {
		return c, fmt.Errorf("claim mail %d: %w", which, err)
	}
	var ok bool
	if c.Kind, ok = KindNamed(kind); !ok {
		return c, fmt.Errorf("mail %d is of the unknown kind %q", which, kind)
	}
	if err := json.Unmarshal(args, &c.Args); err != nil {
		return c, fmt.Errorf("read the arguments of mail %d: %w", which, err)
	}
	return c, nil
}

func taken(ctx context.Context, tx *txn.Tx, which id.Mail) error {
	var state string
	var seconds float64
	err := tx.QueryRow(ctx, busySQL, int64(which)).Scan(&state, &seconds)
	if errors.Is(err, pgx.ErrNoRows) || err == nil && state != StateQueued.s {
		return ErrDone
	}
	if err != nil {
		return fmt.Errorf("look at mail %d: %w", which, err)
	}
	return &Busy{time.Duration(max(seconds, 0)*float64(time.Second)) + 100*time.Millisecond}
}

const sentSQL = `
	update notify_mails
	set state = 'sent', sent_at = now(), message_id = $2, subject = $3, body_text = $4, body_html = $5, last_error = '', leased_until = null
	where id = $1 and state = 'queued'`

// MarkSent keeps what was sent (without its secret) and puts it on the
// timeline. ErrDone when it was marked before.
func MarkSent(tx *txn.Tx, h House, c Claim, m Message) {
	kept := m.Kept()
	tx.Queue(sentSQL, 1, ErrDone, int64(c.ID), MessageID(h, c.ID, c.Event), kept.Subject, kept.Text, kept.HTML)
	tx.Record(happened("mail.sent", c.ID, c.Order, c.Kind, nil))
}

const triedSQL = `
	update notify_mails set last_error = $2, leased_until = null
	where id = $1 and state = 'queued'`

// MarkTried notes why the mail did not leave this time.
func MarkTried(tx *txn.Tx, c Claim, reason error) {
	tx.Queue(triedSQL, -1, nil, int64(c.ID), reasonText(reason))
	tx.Quiet("a mail will be tried again")
}

const failedSQL = `
	update notify_mails set state = 'failed', last_error = $2, leased_until = null
	where id = $1 and state = 'queued'`

// MarkFailed parks the mail until a person asks for another try.
func MarkFailed(tx *txn.Tx, c Claim, reason error) {
	tx.Queue(failedSQL, 1, ErrDone, int64(c.ID), reasonText(reason))
	tx.Record(happened("mail.failed", c.ID, c.Order, c.Kind, nil))
}

// reasonText is an error as it can be stored: servers answer with anything.
func reasonText(err error) string {
	s := oneLine(strings.ReplaceAll(err.Error(), "\x00", ""))
	if r := []rune(s); len(r) > 500 {
		s = string(r[:500]) + "…"
	}
	return s
}

// happened is an event about a mail. It names nobody: the address stands in the
// mail's row, where it can be erased.
func happened(kind string, which id.Mail, order id.Order, mail Kind, more problem.Args) txn.Event {
	data := map[string]any{"mail": mail.Code()}
	for k, v := range more {
		data[k] = v
	}
	return txn.Event{Kind: kind, Subject: txn.About("mail", which), Order: order, Data: data}
}
