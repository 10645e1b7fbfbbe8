package main

import (
	"context"
	"io"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"packhouse/internal/pg"
)

// health answers who asks whether this process lives, is ready, and how it
// does. Until the pages are open it answers for them too.
type health struct {
	registry *prometheus.Registry
	pools    atomic.Pointer[pg.Pools]
	site     atomic.Pointer[http.Handler]
	started  atomic.Bool
	draining atomic.Bool
}

func newHealth() *health {
	h := &health{registry: prometheus.NewRegistry()}
	h.registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	h.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "packhouse_ready", Help: "1 while this process is ready for requests."}, func() float64 {
		if h.trouble(context.Background()) != "" {
			return 0
		}
		return 1
	}))
	return h
}

func (h *health) watch(p *pg.Pools) {
	h.pools.Store(p)
	h.registry.MustRegister(poolFigures{p})
}

func (h *health) open(site http.Handler) { h.site.Store(&site) }
func (h *health) ready()                 { h.started.Store(true) }
func (h *health) drain()                 { h.draining.Store(true) }

// pingTime bounds the question to the database.
const pingTime = time.Second

// trouble says why this process is not ready; empty when it is.
func (h *health) trouble(ctx context.Context) string {
	if h.draining.Load() {
		return "stopping"
	}
	p := h.pools.Load()
	if p == nil || !h.started.Load() {
		return "starting, or waiting for the database"
	}
	ctx, cancel := context.WithTimeout(ctx, pingTime)
	defer cancel()
	if err := p.Write.Ping(ctx); err != nil {
		return "the database is away"
	}
	return ""
}

// inside is what METRICS_ADDR serves.
func (h *health) inside() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(h.registry, promhttp.HandlerOpts{Timeout: 5 * time.Second}))
	h.checks(mux)
	return mux
}

// outside is what LISTEN_ADDR serves: the two checks, and the pages.
func (h *health) outside() http.Handler {
	mux := http.NewServeMux()
	h.checks(mux)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		if site := h.site.Load(); site != nil {
			(*site).ServeHTTP(w, r)
			return
		}
		w.Header().Set("Retry-After", "5")
		plain(w, http.StatusServiceUnavailable, "Packhouse is starting, or waiting for its database. Try again in a moment.\n")
	})
	return mux
}

func (h *health) checks(mux *http.ServeMux) {
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { plain(w, http.StatusOK, "alive\n") })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		if why := h.trouble(r.Context()); why != "" {
			w.Header().Set("Retry-After", "5")
			plain(w, http.StatusServiceUnavailable, "not ready: "+why+"\n")
			return
		}
		plain(w, http.StatusOK, "ready\n")
	})
}

func plain(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	io.WriteString(w, text) // whoever hung up does not want it
}

// poolFigures tells how busy the database connections are.
type poolFigures struct{ pools *pg.Pools }

var (
	poolConns  = prometheus.NewDesc("packhouse_pool_connections", "Connections to the database, by pool and state.", []string{"pool", "state"}, nil)
	poolWaits  = prometheus.NewDesc("packhouse_pool_waits_total", "Times that somebody had to wait for a connection.", []string{"pool"}, nil)
	poolWaited = prometheus.NewDesc("packhouse_pool_wait_seconds_total", "Time spent waiting for connections.", []string{"pool"}, nil)
)

func (f poolFigures) Describe(ch chan<- *prometheus.Desc) {
	ch <- poolConns
	ch <- poolWaits
	ch <- poolWaited
}

func (f poolFigures) Collect(ch chan<- prometheus.Metric) {
	pools := map[string]*pgxpool.Pool{"write": f.pools.Write, "read": f.pools.Read}
	if f.pools.Replica != f.pools.Read {
		pools["replica"] = f.pools.Replica
	}
	for name, p := range pools {
		s := p.Stat()
		ch <- prometheus.MustNewConstMetric(poolConns, prometheus.GaugeValue, float64(s.AcquiredConns()), name, "busy")
		ch <- prometheus.MustNewConstMetric(poolConns, prometheus.GaugeValue, float64(s.IdleConns()), name, "idle")
		ch <- prometheus.MustNewConstMetric(poolConns, prometheus.GaugeValue, float64(s.MaxConns()), name, "limit")
		ch <- prometheus.MustNewConstMetric(poolWaits, prometheus.CounterValue, float64(s.EmptyAcquireCount()), name)
		ch <- prometheus.MustNewConstMetric(poolWaited, prometheus.CounterValue, s.EmptyAcquireWaitTime().Seconds(), name)
	}
}
