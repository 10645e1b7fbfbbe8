// Package edge is where a request of the outside world becomes a call, and its
// answer a reply. It holds routes with their permissions, sessions, limits,
// security headers, the form readers, and the one place where errors become
// pages. It knows no business word and no table but those of access.
//
// A handler is func(*Request) (Reply, error): it reads, calls one thing and
// answers. It never sees the ResponseWriter.
package edge

import (
	"context"
	"crypto/hkdf"
	"crypto/sha256"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/prometheus/client_golang/prometheus"

	"packhouse/internal/access"
	"packhouse/internal/id"
	"packhouse/internal/pg"
	"packhouse/internal/txn"
	"packhouse/internal/words"
	"packhouse/web/ui"
)

// Config is what the edge is made of. Fields without a remark are required.
type Config struct {
	DB    *txn.DB      // commands, and audit lines
	Read  pg.Reader    // finds sessions; the read-only pool
	Quick access.Quick // stores sessions and counts tries; the write pool
	Key   []byte       // SECRET_KEY, at least 32 bytes; the edge derives its own from it

	BaseURL        string         // as people type it; https turns on Secure cookies and HSTS
	TrustedProxies []netip.Prefix // whose X-Forwarded-For is believed; none by default

	Words func(lang string) *words.Catalogue // words.For, in the company's zone; nil is words.For

	Clock   func() time.Time      // time.Now, for metrics and logs
	Log     *slog.Logger          // nil discards
	Metrics prometheus.Registerer // nil counts nothing

	Brand    func(ctx context.Context) ui.Brand                              // nil is our own name
	Customer func(ctx context.Context, r *http.Request) (id.Customer, error) // who of the customers asks; nil is nobody
	Counts   func(ctx context.Context, p access.Person) map[string]string    // small counters in the rail by path; nil is none
	Place    func(ctx context.Context, p access.Person) string               // the name of where the person works; nil is none
	Nav      []NavEntry                                                      // nil is Nav
	Enrolled string                                                          // where a person who must set up a second factor goes; empty is /account/two-factor
}

// Edge serves the routes given to its Router.
type Edge struct {
	Config
	base      *url.URL
	secure    bool
	sessions  *scs.SessionManager
	limiter   *access.Limiter
	flashKey  []byte
	formKey   []byte
	crossSite *http.CrossOriginProtection
	gauge     *gauges
	cookies   cookieNames
}

// New makes an edge. It touches no database.
func New(c Config) (*Edge, error) {
	if len(c.Key) < 32 {
		return nil, fmt.Errorf("edge: the secret key has %d bytes, at least 32 are needed", len(c.Key))
	}
	base, err := url.Parse(c.BaseURL)
	if err != nil || base.Host == "" || (base.Scheme != "http" && base.Scheme != "https") {
		return nil, fmt.Errorf("edge: the base address %q is not like https://oms.example.com", c.BaseURL)
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Nav == nil {
		c.Nav = Nav
	}
	if c.Enrolled == "" {
		c.Enrolled = "/account/two-factor"
	}
	if c.Clock == nil {
		return nil, fmt.Errorf("edge: no clock")
	}
	if c.Words == nil {
		c.Words = words.For
	}
	e := &Edge{Config: c, base: base, secure: base.Scheme == "https", limiter: access.NewLimiter(c.Quick)}
	if e.flashKey, err = hkdf.Key(sha256.New, c.Key, nil, "packhouse flash", 32); err != nil {
		return nil, fmt.Errorf("derive the key of messages: %w", err)
	}
	if e.formKey, err = hkdf.Key(sha256.New, c.Key, nil, "packhouse form", 32); err != nil {
		return nil, fmt.Errorf("derive the key of forms: %w", err)
	}
	e.cookies = names(e.secure)
	e.sessions = sessionManager(access.NewSessions(c.Read, c.Quick))
	e.crossSite = http.NewCrossOriginProtection()
	if err := e.crossSite.AddTrustedOrigin(base.Scheme + "://" + base.Host); err != nil {
		return nil, fmt.Errorf("trust our own address: %w", err)
	}
	e.gauge = newGauges(c.Metrics)
	return e, nil
}
