// Package worker does what the commands have enqueued: each job is one outside
// call, or one call into a capability, under a command of its own. It knows
// River; what the jobs mean is said in the rooms they call.
//
// Words: a job is claimed, done, tried again later with growing pauses, or
// parked when it has used up its tries. A job that a dying worker left behind
// is rescued by any other after a while.
package worker

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"packhouse/internal/job"
	"packhouse/internal/link"
	"packhouse/internal/notify"
	"packhouse/internal/pg"
	"packhouse/internal/txn"
)

// Client is the job queue as the rest of the house knows it.
type Client = river.Client[pgx.Tx]

// Deps are what jobs call. All are required.
type Deps struct {
	Keys          link.Keys
	Mail          *notify.Server
	House         func(ctx context.Context, r pg.Reader) (notify.House, error) // the company's name, colour and addresses
	SweepSoft     func(ctx context.Context) (int, error)                       // ends soft holds that have passed; how many
	SweepSessions func(ctx context.Context) (int, error)                       // deletes sessions that have ended; how many
}

// Config says how to run.
type Config struct {
	PollOnly    bool         // behind a pooler nobody can listen: look for jobs every second
	MailWorkers int          // mails sent at once; 0 is 6
	Log         *slog.Logger // nil discards
}

// A job whose worker died is taken up again after rescueAfter, looked for every
// half minute. It must be longer than any job may take.
const (
	jobTime     = notify.SendTime + 2*time.Second
	rescueAfter = notify.Lease
)

// Inserter opens the job queue for putting jobs in; it is what txn.Open wants,
// in every process.
func Inserter(pool *pgxpool.Pool, log *slog.Logger) (*Client, error) {
	c, err := river.NewClient(riverpgxv5.New(pool), &river.Config{Logger: quiet(log)})
	if err != nil {
		return nil, fmt.Errorf("open the job queue: %w", err)
	}
	return c, nil
}

// New makes the queue with its workers. The caller starts it (Start) and stops
// it (Stop), which lets running jobs end.
func New(pools *pg.Pools, db *txn.DB, d Deps, c Config) (*Client, error) {
	settings, err := configure(pools, db, d, c)
	if err != nil {
		return nil, err
	}
	client, err := river.NewClient(riverpgxv5.New(pools.Write), settings)
	if err != nil {
		return nil, fmt.Errorf("set up the job queue: %w", err)
	}
	return client, nil
}

func configure(pools *pg.Pools, db *txn.DB, d Deps, c Config) (*river.Config, error) {
	workers := river.NewWorkers()
	if err := add(workers, pools, db, d, c); err != nil {
		return nil, err
	}
	mailWorkers := c.MailWorkers
	if mailWorkers == 0 {
		mailWorkers = 6
	}
	// Where we can listen, a job is known at once and looking for one is a safety net.
	mailPoll, tidyPoll := 5*time.Second, 20*time.Second
	if c.PollOnly {
		mailPoll, tidyPoll = time.Second, 5*time.Second
	}
	return &river.Config{
		Logger:   quiet(c.Log),
		PollOnly: c.PollOnly,
		Workers:  workers,
		Queues: map[string]river.QueueConfig{
			job.MailQueue: {MaxWorkers: mailWorkers, FetchCooldown: 50 * time.Millisecond, FetchPollInterval: mailPoll},
			job.TidyQueue: {MaxWorkers: 1, FetchPollInterval: tidyPoll},
		},
		PeriodicJobs:                periodic(),
		JobTimeout:                  jobTime,
		RescueStuckJobsAfter:        rescueAfter,
		SoftStopTimeout:             jobTime,
		CompletedJobRetentionPeriod: 2 * time.Hour,
		CancelledJobRetentionPeriod: 30 * 24 * time.Hour,
		DiscardedJobRetentionPeriod: 90 * 24 * time.Hour,
		// Two of the indexes that River rebuilds at night are not in our schema.
		ReindexerIndexNames: []string{"river_job_kind", "river_job_pkey", "river_job_prioritized_fetching_index", "river_job_state_and_finalized_at_index", "river_job_unique_idx"},
	}, nil
}

func add(workers *river.Workers, pools *pg.Pools, db *txn.DB, d Deps, c Config) error {
	log := quiet(c.Log)
	if err := river.AddWorkerSafely(workers, &sendMail{read: pools.Read, db: db, deps: d, log: log}); err != nil {
		return err
	}
	if err := river.AddWorkerSafely(workers, &tidy[job.TidySoftHolds]{sweep: d.SweepSoft, log: log}); err != nil {
		return err
	}
	return river.AddWorkerSafely(workers, &tidy[job.TidySessions]{sweep: d.SweepSessions, log: log})
}

// quiet is the log for River, which writes to the standard output where it has
// none.
func quiet(log *slog.Logger) *slog.Logger {
	if log == nil {
		return slog.New(slog.DiscardHandler)
	}
	return log
}
