package mails

import (
	"context"

	"packhouse/internal/id"
	"packhouse/internal/notify"
	"packhouse/internal/problem"
	"packhouse/internal/txn"
	"packhouse/web/edge"
)

func (p pages) resend(r *edge.Request) (edge.Reply, error) {
	out, err := edge.Do(r, func(ctx context.Context, tx *txn.Tx) (id.Mail, error) {
		return notify.Resend(ctx, tx, id.Mail(r.ID("mail")), r.Text("to"))
	})
	if err != nil {
		return p.redraw(r, err)
	}
	return edge.SeeOther(mailPath(out.Value), edge.Done("done.mail_resent")), nil
}

func (p pages) retry(r *edge.Request) (edge.Reply, error) {
	_, err := edge.Run(r, func(ctx context.Context, tx *txn.Tx) error {
		return notify.Retry(ctx, tx, id.Mail(r.ID("mail")))
	})
	if err != nil {
		return p.redraw(r, err)
	}
	return edge.SeeOther(mailPath(id.Mail(r.ID("mail"))), edge.Done("done.mail_retried")), nil
}

func (p pages) stop(r *edge.Request) (edge.Reply, error) {
	_, err := edge.Run(r, func(ctx context.Context, tx *txn.Tx) error {
		return notify.Stop(ctx, tx, id.Mail(r.ID("mail")))
	})
	if err != nil {
		return p.redraw(r, err)
	}
	return edge.SeeOther(mailPath(id.Mail(r.ID("mail"))), edge.Done("done.mail_stopped")), nil
}

// redraw is the mail's page with why the command was not done, and what was
// typed.
func (p pages) redraw(r *edge.Request, err error) (edge.Reply, error) {
	if !problem.IsPersons(err) {
		return edge.Reply{}, err
	}
	v, readErr := p.read(r)
	if readErr != nil {
		return edge.Reply{}, readErr
	}
	if r.Has("to") {
		v.To = r.Text("to")
	}
	v.Said = r.Problems(err)
	v.Whole = v.Words.Tell(err)
	return edge.Redraw(err, frame(v.title()), mailPage(v)), nil
}
