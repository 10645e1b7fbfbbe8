package mails

import (
	"context"
	"errors"
	"fmt"

	"github.com/a-h/templ"

	"packhouse/internal/job"
	"packhouse/internal/list"
	"packhouse/internal/notify"
	"packhouse/internal/problem"
	"packhouse/internal/txn"
	"packhouse/web/edge"
	"packhouse/web/ui"
)

type jobsView struct {
	sight
	Query    list.Query
	Troubled bool // nothing asked for: what did not go well
	Page     list.Page[job.Row]
}

func (p pages) readJobs(r *edge.Request) (jobsView, error) {
	v := jobsView{sight: p.sight(r), Query: job.Board.Parse(r.Values())}
	q := v.Query
	if v.Troubled = len(q.All("state")) == 0; v.Troubled {
		q = job.Board.Parse(map[string][]string{"state": job.Troubled, "kind": r.Texts("kind"), "after": r.Texts("after"), "before": r.Texts("before")})
	}
	var err error
	v.Page, err = job.Rows(r.Context(), p.Read, q)
	return v, err
}

func (p pages) jobs(r *edge.Request) (edge.Reply, error) {
	v, err := p.readJobs(r)
	if err != nil {
		return edge.Reply{}, err
	}
	return edge.Page(jobsFrame(), jobsPage(v)), nil
}

func jobsFrame() ui.Frame {
	f := frame("Background jobs")
	f.Wide = true
	return f
}

// retryJob puts a job back to work. The job of a mail that was parked is done:
// there the mail gets a new one.
func (p pages) retryJob(r *edge.Request) (edge.Reply, error) {
	return p.onJob(r, "done.job_retried", func(ctx context.Context, tx *txn.Tx, j job.Row) error {
		if j.Mail != 0 && j.Over() {
			return notify.Retry(ctx, tx, j.Mail)
		}
		return job.Retry(tx, j)
	})
}

// cancelJob ends a job that waits; its mail, if it has one, is parked with it.
func (p pages) cancelJob(r *edge.Request) (edge.Reply, error) {
	return p.onJob(r, "done.job_cancelled", func(ctx context.Context, tx *txn.Tx, j job.Row) error {
		if err := job.Cancel(tx, j); err != nil || j.Mail == 0 {
			return err
		}
		err := notify.Stop(ctx, tx, j.Mail)
		if _, settled := errors.AsType[*problem.Refusal](err); settled {
			return nil // it waits for this job no longer
		}
		return err
	})
}

func (p pages) onJob(r *edge.Request, done string, do func(context.Context, *txn.Tx, job.Row) error) (edge.Reply, error) {
	_, err := edge.Run(r, func(ctx context.Context, tx *txn.Tx) error {
		j, err := job.Lock(ctx, tx, r.ID("job"))
		if err != nil {
			return err
		}
		return do(ctx, tx, j)
	})
	if err == nil {
		return edge.SeeOther("/jobs", edge.Done(done)), nil
	}
	if _, gone := errors.AsType[*problem.NotFound](err); gone || !problem.IsPersons(err) {
		return edge.Reply{}, err
	}
	v, readErr := p.readJobs(r)
	if readErr != nil {
		return edge.Reply{}, readErr
	}
	v.Whole = v.Words.Tell(err)
	return edge.Redraw(err, jobsFrame(), jobsPage(v)), nil
}

func (v jobsView) href(q list.Query) string {
	if e := q.Encode(); e != "" {
		return "/jobs?" + e
	}
	return "/jobs"
}

func (v jobsView) tabs() []ui.Tab {
	tabs := []ui.Tab{{Label: "Needs a look", Href: v.href(v.Query.With("state")), Current: v.Troubled}}
	for _, s := range job.States {
		tabs = append(tabs, ui.Tab{Label: v.Say("job.state." + s), Href: v.href(v.Query.With("state", s)), Current: v.Query.Get("state") == s})
	}
	return tabs
}

func (v jobsView) grid() ui.Grid {
	g := ui.Grid{ID: "jobs", Caption: "Background jobs", Columns: []ui.Column{{Label: "Job"}, {Label: "State"}, {Label: "Tries", Num: true, Hide: ui.OnPhone}, {Label: "Next or last", Short: true}, {Label: "Do", End: true}}}
	for _, j := range v.Page.Rows {
		name := ui.Two(v.Say("job."+j.Kind), "Job "+fmt.Sprint(j.ID))
		if j.Mail != 0 {
			name = ui.Lead(mailPath(j.Mail), v.Say("job."+j.Kind), "Job "+fmt.Sprint(j.ID))
		}
		at := j.Next
		if j.Ended != nil {
			at = *j.Ended
		} else if j.Running() && j.Tried != nil {
			at = *j.Tried
		}
		g.Rows = append(g.Rows, ui.Row{Label: fmt.Sprintf("Job %d", j.ID), Cells: []templ.Component{
			name, ui.StateCell(jobKind(j.State), v.Say("job.state."+j.State), j.LastError),
			ui.Text(fmt.Sprintf("%d of %d", j.Attempt, j.MaxAttempts)), ui.When(v.When(at)), ui.Actions(jobActions(j)...),
		}})
	}
	return g
}

func jobActions(j job.Row) []ui.Action {
	path := fmt.Sprintf("/jobs/%d", j.ID)
	var all []ui.Action
	if !j.Running() && j.State != "completed" && j.State != "available" {
		all = append(all, ui.Action{Label: "Retry", Kind: ui.Quiet, Post: path + "/retry", Command: fresh(), Attrs: templ.Attributes{"aria-label": fmt.Sprintf("Retry job %d", j.ID)}})
	}
	if !j.Running() && !j.Over() {
		all = append(all, ui.Action{Label: "Cancel", Kind: ui.Quiet, Post: path + "/cancel", Command: fresh(), Attrs: templ.Attributes{"aria-label": fmt.Sprintf("Cancel job %d", j.ID)}})
	}
	return all
}

func jobKind(state string) ui.Kind {
	switch state {
	case "completed":
		return ui.Green
	case "running", "available":
		return ui.Blue
	case "retryable":
		return ui.Amber
	case "discarded":
		return ui.Red
	}
	return ui.Neutral
}

func (v jobsView) pager() ui.Pages {
	var pg ui.Pages
	if v.Page.HasPrev {
		pg.Prev = "/jobs?" + v.Page.Prev
	}
	if v.Page.HasNext {
		pg.Next = "/jobs?" + v.Page.Next
	}
	return pg
}
