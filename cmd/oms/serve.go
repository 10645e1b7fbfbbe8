package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net"
	"net/http"
	"time"

	"packhouse/internal/migrate"
	"packhouse/internal/pg"
)

var serveCommand = command{name: "serve", args: "[--demo] [--no-jobs]", short: "serve the pages and do the jobs",
	long: `
Serves the pages at LISTEN_ADDR and does the jobs (mails, tidying). It brings
the schema up to date first; while the database is away it runs all the same,
/readyz says no, and it heals by itself.

  --demo      plant a demonstration company when the database is empty, and
              print its people's passwords
  --no-jobs   leave the jobs to "oms work"

On SIGTERM or Ctrl-C it says no at /readyz, waits DRAIN_DELAY, ends what is
under way and stops. A second signal ends it at once.`,
}

var workCommand = command{name: "work", short: "do the jobs only",
	long: "Does the jobs (mails, tidying) and serves no pages. Any number may run beside serve.\n/healthz, /readyz and /metrics are at METRICS_ADDR."}

func init() {
	serveCommand.run = runServe
	workCommand.run = func(ctx context.Context, e *env, args []string) error {
		if err := workCommand.none(e, args); err != nil {
			return err
		}
		return (&process{env: e, doJobs: true, health: newHealth()}).run(ctx)
	}
}

func runServe(ctx context.Context, e *env, args []string) error {
	p := &process{env: e, pages: true, health: newHealth()}
	var noJobs bool
	rest, err := serveCommand.flags(e, args, func(fs *flag.FlagSet) {
		fs.BoolVar(&p.demo, "demo", false, "")
		fs.BoolVar(&noJobs, "no-jobs", false, "")
	})
	if err != nil {
		return err
	}
	if len(rest) > 0 {
		return wrongly("serve takes no %q: see oms help serve", rest[0])
	}
	p.doJobs = !noJobs
	return p.run(ctx)
}

// process is a lasting oms: pages, jobs or both over one database.
type process struct {
	*env
	pages, doJobs, demo bool
	health              *health
	key                 []byte
	baseURL             string
}

// How long a stop may take.
const (
	requestsMay = 15 * time.Second // end what is under way
	jobsMay     = 25 * time.Second // a mail being sent
)

func (p *process) run(ctx context.Context) (err error) {
	if p.key, err = p.cfg.secret(); err != nil {
		return err
	}
	// What is under way when the stop is asked for goes on for a while.
	work, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()

	failing := make(chan error, 2)
	if p.cfg.MetricsAddr != "" {
		ln, err := listen(ctx, "METRICS_ADDR", p.cfg.MetricsAddr)
		if err != nil {
			return err
		}
		metrics := newServer(p.health.inside(), p.log)
		defer metrics.Close()
		go func() { failing <- serveOn(metrics, ln, "", "") }()
	}
	var pages *http.Server
	if p.pages {
		ln, err := listen(ctx, "LISTEN_ADDR", p.cfg.ListenAddr)
		if err != nil {
			return err
		}
		p.baseURL = p.cfg.base(ln.Addr())
		pages = newServer(p.health.outside(), p.log)
		pages.BaseContext = func(net.Listener) context.Context { return work }
		defer pages.Close()
		go func() { failing <- serveOn(pages, ln, p.cfg.TLSCert, p.cfg.TLSKey) }()
	} else {
		p.baseURL = p.cfg.base(nil)
	}

	stopJobs, closeDatabase, err := p.boot(ctx, work)
	defer closeDatabase()
	if err != nil {
		if ctx.Err() != nil {
			return nil // asked to stop while starting
		}
		return err
	}
	select {
	case err = <-failing:
	case <-ctx.Done():
	}
	p.drain(pages, cancel, stopJobs)
	return err
}

// boot brings everything up behind the listeners: the database, its schema,
// the pages, the jobs.
func (p *process) boot(ctx, work context.Context) (stopJobs func(), closeDatabase func(), err error) {
	stopJobs, closeDatabase = func() {}, func() {}
	db, err := openDatabase(ctx, p.env, true)
	if err != nil {
		return stopJobs, closeDatabase, err
	}
	pools, err := db.pools(work, p.cfg)
	if err != nil {
		db.close(p.env)
		return stopJobs, closeDatabase, err
	}
	closeDatabase = func() { pools.Close(); db.close(p.env) }
	p.health.watch(pools)
	if err := p.untilReached(ctx, "bring the schema up to date", func() error {
		applied, err := migrate.Up(ctx, db.direct)
		if len(applied) > 0 {
			p.log.Info("brought the schema up to date", "applied", applied)
		}
		return err
	}); err != nil {
		return stopJobs, closeDatabase, err
	}
	a, err := newApp(p, pools)
	if err != nil {
		return stopJobs, closeDatabase, err
	}
	var logins []login
	if p.demo {
		if err := p.untilReached(ctx, "plant the demonstration company", func() (err error) {
			logins, err = a.demo(ctx)
			return err
		}); err != nil {
			return stopJobs, closeDatabase, err
		}
	}
	if p.pages {
		site, err := a.site()
		if err != nil {
			return stopJobs, closeDatabase, err
		}
		p.health.open(site)
	}
	if p.doJobs {
		if err := p.untilReached(ctx, "start the jobs", func() error { return a.startJobs(work) }); err != nil {
			return stopJobs, closeDatabase, err
		}
		stopJobs = func() {
			limit, cancel := context.WithTimeout(work, jobsMay)
			defer cancel()
			if err := a.stopJobs(limit); err != nil {
				p.log.Warn("jobs were cut off; they are done again after the next start", "err", err)
			}
		}
	}
	p.health.ready()
	if p.pages {
		fmt.Fprintf(p.out, "\nPackhouse is ready: %s\n", p.baseURL)
		printLogins(p.out, logins)
		if p.demo && len(logins) == 0 {
			fmt.Fprintln(p.out, "\nThe people of this database have their passwords already. To add somebody: oms user add EMAIL --name NAME --role admin")
		}
	} else {
		p.log.Info("working on jobs")
	}
	return stopJobs, closeDatabase, nil
}

// untilReached repeats a step of the start while the database is away.
func (p *process) untilReached(ctx context.Context, what string, step func() error) error {
	for pause := 250 * time.Millisecond; ; pause = min(2*pause, 5*time.Second) {
		err := step()
		if err == nil || !pg.Away(err) {
			return err
		}
		p.log.Warn("the database is away: trying again", "to", what, "err", err)
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pause):
		}
	}
}

// drain stops in the order that loses nothing: no new work, what is under way
// to its end, then the jobs. cut ends what takes too long, such as the streams
// that browsers keep open.
func (p *process) drain(pages *http.Server, cut func(), stopJobs func()) {
	p.log.Info("stopping")
	p.health.drain()
	if pages != nil {
		time.Sleep(p.cfg.Drain)
		limit, cancel := context.WithTimeout(context.Background(), requestsMay)
		defer cancel()
		streams := time.AfterFunc(requestsMay/3, cut)
		defer streams.Stop()
		if err := pages.Shutdown(limit); err != nil && !errors.Is(err, http.ErrServerClosed) {
			p.log.Warn("requests were cut off", "err", err)
		}
	}
	stopJobs()
	p.log.Info("stopped")
}
