// Package replay takes over the orders of the past from a file, through the
// same commands as the screens: each invoice is one command that brings in the
// stock it lacks, places the order and confirms it, with the clock of the file.
// What it cannot take it tells line by line, and its figures add up to the
// file.
//
// A second run over the same lines changes nothing: the setting up, each day's
// customers and each invoice are commands whose keys follow from what they are
// about, and products are made only where they are missing.
package replay

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"sync"
	"sync/atomic"
	"time"

	"packhouse/internal/channel/uci"
	"packhouse/internal/id"
	"packhouse/internal/pg"
	"packhouse/internal/problem"
	"packhouse/internal/trade"
	"packhouse/internal/txn"
)

// Options say what is replayed and how.
type Options struct {
	Period  trade.Period   // by the day of each line; open ends: all
	Zone    *time.Location // of the times in the file, and of the warehouse that is made for it
	Workers int            // commands at once; 0: 4
	Left    func(Left) error
	// Progress, if set, is counted up while Run works.
	Progress *Progress
}

// Progress tells how far a run is; Orders is 0 until the file has been looked
// through.
type Progress struct {
	Orders atomic.Int64 // there will be
	Done   atomic.Int64
	New    atomic.Int64 // of them made by this run
}

// Left is a line that was not taken: Why is the code of the reason with its
// Args, or the refusal of the order is in Err.
type Left struct {
	uci.Line
	Value string // exact; empty where the row's figures cannot be read
	Why   string
	Args  problem.Args
	Err   error
}

// by is who acts, at the time of the file.
func by(at time.Time) txn.Actor { return txn.Actor{Kind: txn.Import, Name: "Import", At: at} }

// family is that of the keys of all commands of a replay: any fixed UUID will
// do.
const family id.Key = "0e4d1c55-8f5b-4a37-b1a6-6a5d5f1f20c7"

// Run replays the file. It stops at the first fault that is not the order's
// own, or when ctx ends, and answers the report so far: what was committed
// stays, and another run goes on from there.
func Run(ctx context.Context, db *txn.DB, r pg.Reader, open uci.Open, o Options) (*Report, error) {
	if o.Workers <= 0 {
		o.Workers = 4
	}
	if o.Progress == nil {
		o.Progress = &Progress{}
	}
	rep := newReport(o)
	survey, err := uci.Look(open, o.Zone, o.Period)
	if err != nil {
		return rep, err
	}
	o.Progress.Orders.Store(int64(survey.Orders))
	run := &run{db: db, opt: o, report: rep}
	if err := run.prepare(ctx, r, survey); err != nil {
		return rep, err
	}
	err = run.orders(ctx, survey, open)
	rep.finish()
	if err == nil {
		err = rep.Adds()
	}
	return rep, err
}

// run is one replay under way.
type run struct {
	db     *txn.DB
	opt    Options
	report *Report
	known  known
}

// orders hands the invoices to the workers. All invoices of a customer go to
// the same one, so that they are taken in the order of their times; those of
// nobody in particular are spread.
func (r *run) orders(ctx context.Context, survey *uci.Survey, open uci.Open) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	queues := make([]chan sale, r.opt.Workers)
	var workers sync.WaitGroup
	for i := range queues {
		queues[i] = make(chan sale, 4)
		workers.Go(func() {
			for s := range queues[i] {
				if err := r.take(ctx, s); err != nil {
					stop(err)
					return
				}
			}
		})
	}
	err := survey.Gather(open, func(inv uci.Invoice) error {
		taken, left := inv.Divide()
		r.report.read(inv.Lines)
		if err := r.leave(left); err != nil || len(taken) == 0 {
			return err
		}
		select {
		case queues[r.queue(inv)] <- sale{inv, taken}:
			return nil
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}, r.leaveRow)
	for _, q := range queues {
		close(q)
	}
	workers.Wait()
	if cause := context.Cause(ctx); cause != nil {
		err = cause
	}
	return err
}

// sale is an invoice with the lines of it that become an order.
type sale struct {
	uci.Invoice
	taken []uci.Line
}

func (r *run) queue(inv uci.Invoice) int {
	h := fnv.New32a()
	if inv.Lines[0].Customer != "" {
		h.Write([]byte(inv.Lines[0].Customer))
	} else {
		h.Write([]byte(inv.No))
	}
	return int(h.Sum32() % uint32(r.opt.Workers))
}

func (r *run) leave(left []uci.Left) error {
	for _, l := range left {
		if err := r.tell(Left{Line: l.Line, Value: l.Value().String(), Why: l.Why}, l.Value()); err != nil {
			return err
		}
	}
	return nil
}

func (r *run) leaveRow(row uci.Row) error {
	r.report.readRow(row)
	l := Left{Line: row.Line, Why: row.Wrong, Args: row.Args}
	if row.Readable() {
		l.Value = row.Known().String()
	}
	return r.tell(l, row.Known())
}

// tell counts a line that is left and passes it on.
func (r *run) tell(l Left, worth uci.Value) error {
	if err := r.report.leave(l, worth, r.opt.Left); err != nil {
		return fmt.Errorf("write down line %d: %w", l.No, err)
	}
	return nil
}

// refused says whether err is the order's own and not a fault of the house.
func refused(err error) bool {
	return problem.IsPersons(err) && !errors.Is(err, context.Canceled)
}
