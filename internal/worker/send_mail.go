package worker

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/riverqueue/river"

	"packhouse/internal/job"
	"packhouse/internal/notify"
	"packhouse/internal/pg"
	"packhouse/internal/txn"
)

// postman is who the timeline names for mails.
var postman = txn.Actor{Kind: txn.System, Name: "Mail"}

// sendMail claims a mail, hands it to the server and writes down what became of
// it: three steps, for no transaction may stay open while a server thinks. A
// worker that dies before the server took the mail leaves a lease that ends;
// one that dies after, before the last step, causes the one second copy there
// can be, under the same Message-ID.
type sendMail struct {
	river.WorkerDefaults[job.SendMail]
	read pg.Reader
	db   *txn.DB
	deps Deps
	log  *slog.Logger
}

// pauses are how long a mail waits after each try that failed for now: a day
// and a half in all.
var pauses = []time.Duration{
	2 * time.Second, 15 * time.Second, time.Minute, 5 * time.Minute, 15 * time.Minute, 30 * time.Minute,
	time.Hour, 2 * time.Hour, 3 * time.Hour, 5 * time.Hour, 6 * time.Hour, 8 * time.Hour, 10 * time.Hour,
}

func (w *sendMail) NextRetry(j *river.Job[job.SendMail]) time.Time {
	n := min(max(j.Attempt, 1), len(pauses))
	at := j.ScheduledAt
	if j.AttemptedAt != nil {
		at = *j.AttemptedAt
	}
	return at.Add(pauses[n-1])
}

func (w *sendMail) Work(ctx context.Context, j *river.Job[job.SendMail]) error {
	claimed, err := txn.Do(ctx, w.db, postman, txn.Once(), func(ctx context.Context, tx *txn.Tx) (notify.Claim, error) {
		return notify.Take(ctx, tx, j.Args.Mail)
	})
	if busy, ok := errors.AsType[*notify.Busy](err); ok {
		return river.JobSnooze(busy.For)
	}
	if errors.Is(err, notify.ErrDone) {
		return nil
	}
	if err != nil {
		return err
	}
	c := claimed.Value
	house, message, err := w.send(ctx, c)
	return w.conclude(ctx, j, c, house, message, err)
}

// send writes the mail and hands it over. A panic in it is an error like any
// other, so that the mail is never left between two states.
func (w *sendMail) send(ctx context.Context, c notify.Claim) (house notify.House, message notify.Message, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("write mail %d: %v", c.ID, r)
		}
	}()
	if house, err = w.deps.House(ctx, w.read); err != nil {
		return house, message, fmt.Errorf("read the company's settings: %w", err)
	}
	if message, err = notify.Render(ctx, w.read, w.deps.Keys, house, c.Mail); err != nil {
		return house, message, err
	}
	return house, message, w.deps.Mail.Send(ctx, house, c, message)
}

// conclude writes down what became of the mail, also while the process is
// asked to stop: a mail that was taken and not marked would leave twice.
func (w *sendMail) conclude(ctx context.Context, j *river.Job[job.SendMail], c notify.Claim, h notify.House, m notify.Message, sendErr error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	_, refused := errors.AsType[*notify.Refused](sendErr)
	park := refused || errors.Is(sendErr, notify.ErrSpent) || j.Attempt >= j.MaxAttempts
	_, err := txn.Do(ctx, w.db, postman, txn.Once(), func(ctx context.Context, tx *txn.Tx) (struct{}, error) {
		switch {
		case sendErr == nil:
			notify.MarkSent(tx, h, c, m)
		case park:
			notify.MarkFailed(tx, c, sendErr)
		default:
			notify.MarkTried(tx, c, sendErr)
		}
		return struct{}{}, nil
	})
	if err != nil && !errors.Is(err, notify.ErrDone) {
		return fmt.Errorf("write down what became of mail %d: %w", c.ID, errors.Join(err, sendErr))
	}
	switch {
	case sendErr == nil:
		return nil
	case park:
		// The outbox shows it and offers another try; the job has done all it could.
		w.log.WarnContext(ctx, "mail parked", "mail", int64(c.ID), "kind", c.Kind.String(), "tries", c.Attempt)
		return nil
	}
	return sendErr
}
