// Package checks is the page at /checks: what must always be true, and whether
// it is. The sentences and queries are in internal/check; `oms check` says the
// same on the server.
package checks

import (
	"context"
	"errors"
	"fmt"
	"time"

	"packhouse/internal/access"
	"packhouse/internal/check"
	"packhouse/internal/problem"
	"packhouse/web/edge"
	"packhouse/web/ui"
)

// Deps is what the page needs.
type Deps struct {
	Snapshots check.Snapshots // the replica, or the read-only pool
}

// patience is how long a person waits; a database that takes longer is checked
// on the server.
const patience = 25 * time.Second

type pages struct {
	Deps
	turn chan struct{} // one run at a time: a second would take the first one's connections
}

// Routes adds the page. Looking is a GET: it changes nothing, and its address
// can be kept.
func Routes(r *edge.Router, d Deps) {
	p := pages{d, make(chan struct{}, 1)}
	r.Get("/checks", access.CheckRun, p.page, edge.Deadline(patience+5*time.Second))
}

func (p pages) page(r *edge.Request) (edge.Reply, error) {
	v := view{say: r.Say, words: r.Words()}
	frame := ui.Frame{Title: r.Say("checks_title"), Section: "/checks"}
	if !r.Ticked("run") {
		return edge.Page(frame, page(v)), nil
	}
	var err error
	if v.Results, err = p.run(r.Context()); err != nil {
		return edge.Reply{}, err
	}
	return edge.Page(frame, page(v)), nil
}

func (p pages) run(ctx context.Context) ([]check.Result, error) {
	select {
	case p.turn <- struct{}{}:
		defer func() { <-p.turn }()
	default:
		return nil, problem.Refuse("refused.checks_running")
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	results, err := check.Run(ctx, p.Snapshots)
	if err != nil && errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return nil, problem.Refuse("refused.checks_too_long", "seconds", int(patience.Seconds()))
	}
	if err != nil {
		return nil, fmt.Errorf("run the checks: %w", err)
	}
	return results, nil
}
