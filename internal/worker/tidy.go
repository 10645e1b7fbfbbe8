package worker

import (
	"context"
	"log/slog"
	"time"

	"github.com/riverqueue/river"

	"packhouse/internal/job"
)

// tidy runs one of the sweeps. Running it twice, or at the same time as
// somebody else, does no harm: what is gone is gone.
type tidy[T river.JobArgs] struct {
	river.WorkerDefaults[T]
	sweep func(ctx context.Context) (int, error)
	log   *slog.Logger
}

func (w *tidy[T]) Work(ctx context.Context, j *river.Job[T]) error {
	n, err := w.sweep(ctx)
	if err != nil {
		return err
	}
	if n > 0 {
		w.log.InfoContext(ctx, "tidied", "job", j.Kind, "rows", n)
	}
	return nil
}

func periodic() []*river.PeriodicJob {
	every := func(d time.Duration, args river.JobArgs) *river.PeriodicJob {
		return river.NewPeriodicJob(river.PeriodicInterval(d), func() (river.JobArgs, *river.InsertOpts) { return args, nil }, &river.PeriodicJobOpts{RunOnStart: true})
	}
	return []*river.PeriodicJob{
		every(job.SoftHoldsEvery, job.TidySoftHolds{}),
		every(job.SessionsEvery, job.TidySessions{}),
	}
}
