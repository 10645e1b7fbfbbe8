// Package mails is the sections /mail (the outbox: what was written to whom,
// what became of it, sending again) and /jobs (what the queue could not do), and
// in development the mailbox of the catcher. It translates; the rules are in
// internal/notify and internal/job.
package mails

import (
	"context"
	"fmt"
	"time"

	"packhouse/internal/access"
	"packhouse/internal/id"
	"packhouse/internal/link"
	"packhouse/internal/notify"
	"packhouse/internal/pg"
	"packhouse/internal/settings"
	"packhouse/web/edge"
	"packhouse/web/parts"
	"packhouse/web/ui"
)

// Deps is what the pages need.
type Deps struct {
	Read    pg.Reader // the read-only pool
	Company func() settings.Company
	Clock   func() time.Time
	Keys    link.Keys                                                    // for showing a mail that waits as it will be
	House   func(ctx context.Context, r pg.Reader) (notify.House, error) // as the workers have it
	Caught  bool                                                         // mails are caught on this machine: show the way to them
}

type pages struct{ Deps }

// Routes adds the sections' pages and commands. Caught mails carry links that
// sign people in, staff too, so only administrators see them.
func Routes(r *edge.Router, d Deps) {
	p := pages{d}
	r.Get("/mail", access.MailRead, p.list)
	r.Get("/mail/{mail}", access.MailRead, p.mail)
	r.Get("/mail/{mail}/body", access.MailRead, p.body)
	r.Post("/mail/{mail}/resend", access.MailResend, p.resend)
	r.Post("/mail/{mail}/retry", access.MailResend, p.retry)
	r.Post("/mail/{mail}/stop", access.MailResend, p.stop)

	r.Get("/mail/caught", access.JobManage, p.caughtList)
	r.Get("/mail/caught/{caught}", access.JobManage, p.caught)
	r.Get("/mail/caught/{caught}/body", access.JobManage, p.caughtBody)

	r.Get("/jobs", access.JobManage, p.jobs)
	r.Post("/jobs/{job}/retry", access.JobManage, p.retryJob)
	r.Post("/jobs/{job}/cancel", access.JobManage, p.cancelJob)
}

// sight is how one person sees the sections.
type sight struct {
	parts.Look
	Key    string // the command key of the page's first form
	Resend bool
	Jobs   bool
	Caught bool
	Said   ui.Problems
	Whole  string // why the last command was not done
}

func (p pages) sight(r *edge.Request) sight {
	jobs := r.Can(access.JobManage)
	return sight{Look: parts.NewLook(r.Lang, p.Company().Location(), p.Clock()), Key: r.Key(),
		Resend: r.Can(access.MailResend), Jobs: jobs, Caught: p.Deps.Caught && jobs}
}

// fresh is another command key: two forms of a page never share one.
func fresh() string { return string(id.NewKey()) }

func frame(title string) ui.Frame { return ui.Frame{Title: title, Section: "/mail"} }

func mailPath(m id.Mail) string { return fmt.Sprintf("/mail/%d", m) }

func orderPath(o id.Order) string { return fmt.Sprintf("/orders/%d", o) }

func stateKind(s notify.State) ui.Kind {
	switch s {
	case notify.StateSent:
		return ui.Green
	case notify.StateFailed:
		return ui.Red
	case notify.StateQueued:
		return ui.Blue
	}
	return ui.Neutral
}
