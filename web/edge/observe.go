package edge

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"log/slog"
	"net/http"
	"net/netip"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"packhouse/internal/access"
	"packhouse/internal/id"
)

// trace is what the log and the figures say of a request.
type trace struct {
	id         string
	address    netip.Addr
	pattern    string
	permission access.Permission
	person     id.User
	gone       context.Context // ends when the browser goes away or the server stops
}

type traceKey struct{}

func traceOf(ctx context.Context) *trace {
	if t, ok := ctx.Value(traceKey{}).(*trace); ok {
		return t
	}
	return &trace{gone: ctx}
}

// RequestID is the reference of the request under way, for log lines made far
// from the edge; empty outside a request.
func RequestID(ctx context.Context) string { return traceOf(ctx).id }

func newReference() string {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}

// ServeHTTP is the outermost wall: reference, headers, cross-site refusal,
// panics, log and figures.
func (r *Router) ServeHTTP(w http.ResponseWriter, hr *http.Request) {
	e := r.edge
	t := &trace{id: newReference(), address: clientAddress(hr, e.TrustedProxies), gone: hr.Context()}
	hr = hr.WithContext(context.WithValue(hr.Context(), traceKey{}, t))
	out := &recorder{ResponseWriter: w}
	begin := e.Clock()
	e.setHeaders(out.Header())
	out.Header().Set("X-Request-Id", t.id)
	defer func() {
		p := recover()
		if p == http.ErrAbortHandler {
			e.finish(hr, t, out, e.Clock().Sub(begin))
			panic(p)
		}
		if p != nil {
			e.Log.ErrorContext(hr.Context(), "panic", "request", t.id, "pattern", t.pattern, "panic", p, "stack", string(debug.Stack()))
			if out.status != 0 {
				e.finish(hr, t, out, e.Clock().Sub(begin))
				panic(http.ErrAbortHandler)
			}
			e.fault(out, hr, t.id)
		}
		e.finish(hr, t, out, e.Clock().Sub(begin))
	}()
	if err := e.crossSite.Check(hr); err != nil {
		e.nobodys(out, hr, http.StatusForbidden, "cross_site")
		return
	}
	r.mux.ServeHTTP(out, hr)
}

func (e *Edge) finish(r *http.Request, t *trace, out *recorder, took time.Duration) {
	status := out.status
	if status == 0 {
		status = http.StatusOK
	}
	pattern := t.pattern
	if pattern == "" {
		pattern = "-"
	}
	e.gauge.seconds.WithLabelValues(method(r.Method), pattern, strconv.Itoa(status)).Observe(took.Seconds())
	level := slog.LevelInfo
	if status >= 500 {
		level = slog.LevelError
	}
	e.Log.LogAttrs(r.Context(), level, "request",
		slog.String("request", t.id), slog.String("method", r.Method), slog.String("path", maskedPath(r, t)), slog.String("pattern", pattern),
		slog.Int("status", status), slog.Int("bytes", out.bytes), slog.Float64("ms", float64(took.Microseconds())/1000),
		slog.String("address", t.address.String()), slog.Int64("user", int64(t.person)))
}

// maskedPath is the path for the log: of an address that is itself a secret,
// and of one that no route knows, only the pattern. The query never stands in
// the log, for people search for names.
func maskedPath(r *http.Request, t *trace) string {
	if t.permission == access.SecretLink || strings.Contains(t.pattern, "{token}") || strings.Contains(t.pattern, "{secret}") {
		return t.pattern
	}
	if t.pattern == "" {
		return "-"
	}
	return cut(strings.ToValidUTF8(r.URL.Path, "?"), 300)
}

// method keeps invented methods from becoming figures of their own.
func method(m string) string {
	switch m {
	case http.MethodGet, http.MethodHead, http.MethodPost:
		return m
	}
	return "other"
}

type gauges struct{ seconds *prometheus.HistogramVec }

func newGauges(reg prometheus.Registerer) *gauges {
	g := &gauges{seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name:    "packhouse_http_seconds",
		Help:    "Time to answer a request, by route.",
		Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10},
	}, []string{"method", "pattern", "status"})}
	if reg != nil {
		reg.MustRegister(g.seconds)
	}
	return g
}

// recorder remembers what was sent.
type recorder struct {
	http.ResponseWriter
	status int
	bytes  int
}

func (w *recorder) WriteHeader(code int) {
	if w.status == 0 {
		w.status = code
	}
	w.ResponseWriter.WriteHeader(code)
}

func (w *recorder) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	n, err := w.ResponseWriter.Write(b)
	w.bytes += n
	return n, err
}

// Unwrap lets http.ResponseController reach the connection.
func (w *recorder) Unwrap() http.ResponseWriter { return w.ResponseWriter }
