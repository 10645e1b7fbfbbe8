package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"packhouse/internal/access"
	"packhouse/internal/catcher"
	"packhouse/internal/customers"
	"packhouse/internal/demo"
	"packhouse/internal/inventory"
	"packhouse/internal/link"
	"packhouse/internal/notify"
	"packhouse/internal/pg"
	"packhouse/internal/settings"
	"packhouse/internal/txn"
	"packhouse/internal/worker"
	"packhouse/web/site"
)

// app is the house put together: what every part of it is given. All wiring is
// in this file.
type app struct {
	*process
	pools *pg.Pools
	db    *txn.DB
	keys  link.Keys

	jobs  *worker.Client  // once they run
	catch *catcher.Server // where no mail server is named
}

// newApp opens the door for writes. It touches no database.
func newApp(p *process, pools *pg.Pools) (*app, error) {
	keys, err := link.NewKeys(p.key)
	if err != nil {
		return nil, err
	}
	jobs, err := worker.Inserter(pools.Write, p.log)
	if err != nil {
		return nil, err
	}
	return &app{process: p, pools: pools, keys: keys, db: txn.Open(pools.Write, jobs, txn.DefaultLimits)}, nil
}

// site is all pages.
func (a *app) site() (http.Handler, error) {
	return site.New(site.Config{
		DB: a.db, Pools: a.pools, Key: a.key, Keys: a.keys, BaseURL: a.baseURL, TrustedProxies: a.cfg.TrustedProxies,
		Clock: time.Now, Log: a.log, Metrics: a.health.registry, Dev: a.process.demo,
		Caught: a.cfg.SMTPURL == "",
	})
}

// atNight is who acts in jobs.
var atNight = txn.Actor{Kind: txn.System, Name: "Packhouse"}

// startJobs begins to work on the queue, until ctx ends or stopJobs. Where no
// mail server is named, mails go to the catcher's page.
func (a *app) startJobs(ctx context.Context) (err error) {
	smtp := a.cfg.SMTPURL
	if smtp == "" {
		if a.catch == nil {
			if a.catch, err = worker.Catch(ctx, a.db); err != nil {
				return fmt.Errorf("start the mail catcher: %w", err)
			}
		}
		smtp = a.catch.URL()
	}
	mail, err := notify.NewServer(smtp)
	if err != nil {
		return err
	}
	jobs, err := worker.New(a.pools, a.db, worker.Deps{
		Keys: a.keys, Mail: mail, House: a.house, SweepSoft: a.sweepSoft, SweepSessions: a.sweepSessions,
	}, worker.Config{PollOnly: a.cfg.Bouncer, Log: a.log})
	if err != nil {
		return err
	}
	if err := jobs.Start(ctx); err != nil {
		return fmt.Errorf("start the jobs: %w", err)
	}
	a.jobs = jobs
	return nil
}

// stopJobs lets what is under way end, as long as ctx allows, then cuts it off.
func (a *app) stopJobs(ctx context.Context) error {
	err := a.jobs.Stop(ctx)
	if a.catch != nil {
		err = errors.Join(err, a.catch.Close())
	}
	return err
}

// house is what every mail says about the company.
func (a *app) house(ctx context.Context, r pg.Reader) (notify.House, error) {
	c, _, err := settings.Read(ctx, r)
	return notify.House{Name: c.Name, Colour: c.Colour, From: c.Email, BaseURL: a.baseURL, Zone: c.Zone}, err
}

func (a *app) sweepSoft(ctx context.Context) (int, error) {
	out, err := txn.Do(ctx, a.db, atNight, txn.Once(), func(ctx context.Context, tx *txn.Tx) (int, error) {
		tx.Quiet("soft holds end by the clock; this only tidies")
		return inventory.Sweep(ctx, tx)
	})
	return out.Value, err
}

func (a *app) sweepSessions(ctx context.Context) (int, error) {
	out, err := txn.Do(ctx, a.db, atNight, txn.Once(), func(ctx context.Context, tx *txn.Tx) (int, error) {
		tx.Quiet("sessions that have ended are thrown away")
		return customers.TidySessions(ctx, tx)
	})
	return out.Value, errors.Join(err, access.Tidy(ctx, a.pools.Write))
}

// demoCompany plants what the company of the demonstration is.
func (a *app) demoCompany(ctx context.Context) error { return demo.Plant(ctx, a.db) }
