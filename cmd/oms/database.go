package main

import (
	"context"
	"errors"

	"packhouse/internal/pg"
	"packhouse/internal/pgrun"
)

// database is the way to the data: a server named by DATABASE_URL, or the
// private one in the data directory.
type database struct {
	url    string
	direct string // never through a pooler
	server *pgrun.Server
}

// openDatabase makes the database reachable, as far as that is in our hands: a
// named server may be away. A lasting process owns the private server; a
// command uses the one that is running, or runs it for as long as it takes.
func openDatabase(ctx context.Context, e *env, lasting bool) (*database, error) {
	if e.cfg.DatabaseURL != "" {
		return &database{url: e.cfg.DatabaseURL, direct: e.cfg.direct()}, nil
	}
	s, err := pgrun.Start(ctx, pgrun.Options{Dir: e.cfg.DataDir, Log: e.log, Adopt: !lasting, Getenv: e.getenv})
	if used, ok := errors.AsType[*pgrun.InUse](err); ok {
		return nil, wrongly("%v", used)
	}
	if err != nil {
		return nil, err
	}
	return &database{url: s.URL(), direct: s.URL(), server: s}, nil
}

// pools opens the pools without waiting for the server.
func (d *database) pools(ctx context.Context, cfg Config) (*pg.Pools, error) {
	return pg.Open(ctx, pg.Config{URL: d.url, ReplicaURL: cfg.ReadURL, Bouncer: cfg.Bouncer})
}

func (d *database) close(e *env) {
	if d.server == nil {
		return
	}
	if err := d.server.Stop(); err != nil {
		e.log.Error("stop PostgreSQL", "err", err)
	}
}
