package edge

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"packhouse/internal/access"
)

// Handler answers one request. It returns a problem for what a person can be
// told and any other error for what is our fault; the edge makes the page.
type Handler func(*Request) (Reply, error)

// Route is one row of the route table.
type Route struct {
	Method     string
	Pattern    string
	Permission access.Permission

	handler  Handler
	body     int64         // bytes of a form at most
	deadline time.Duration // for the whole request
	limits   []limit
	forStaff bool // of a public route: its page is for staff
}

// staff reports whether the page is for staff.
func (r *Route) staff() bool {
	return r.forStaff || (r.Permission != access.Public && r.Permission != access.SecretLink)
}

// Router collects the routes of the house. A route cannot be given without the
// permission it asks for.
type Router struct {
	edge   *Edge
	mux    *chi.Mux
	routes []*Route
}

// Router makes an empty router. Give it to each web room's Routes, then serve
// it.
func (e *Edge) Router() *Router {
	r := &Router{edge: e, mux: chi.NewRouter()}
	r.mux.NotFound(e.nowhere(http.StatusNotFound))
	r.mux.MethodNotAllowed(e.nowhere(http.StatusMethodNotAllowed))
	return r
}

// Get adds a page. GET changes nothing but sessions and audit lines; HEAD comes
// with it.
func (r *Router) Get(pattern string, perm access.Permission, h Handler, opts ...Option) {
	r.add(http.MethodGet, pattern, perm, h, opts)
}

// Post adds a command.
func (r *Router) Post(pattern string, perm access.Permission, h Handler, opts ...Option) {
	r.add(http.MethodPost, pattern, perm, h, opts)
}

func (r *Router) add(method, pattern string, perm access.Permission, h Handler, opts []Option) {
	if perm == (access.Permission{}) {
		panic(fmt.Sprintf("edge: %s %s asks for no permission; say access.Public if that is meant", method, pattern))
	}
	route := &Route{Method: method, Pattern: pattern, Permission: perm, handler: h, body: 2 << 20, deadline: 5 * time.Second}
	if method != http.MethodGet {
		route.deadline = 10 * time.Second
	}
	for _, o := range opts {
		o(route)
	}
	for _, other := range r.routes {
		if other.Method == method && other.Pattern == pattern {
			panic(fmt.Sprintf("edge: %s %s is there twice", method, pattern))
		}
	}
	r.routes = append(r.routes, route)
	serve := r.edge.serve(route)
	r.mux.Method(method, pattern, serve)
	if method == http.MethodGet {
		r.mux.Method(http.MethodHead, pattern, serve)
	}
}

// Mount serves what is not a page, such as styles and scripts, under a prefix;
// it is open to everybody and must hold nothing private.
func (r *Router) Mount(prefix string, h http.Handler) {
	prefix = strings.TrimSuffix(prefix, "/")
	r.routes = append(r.routes, &Route{Method: http.MethodGet, Pattern: prefix + "/*", Permission: access.Public})
	r.mux.Method(http.MethodGet, prefix+"/*", h)
	r.mux.Method(http.MethodHead, prefix+"/*", h)
}

// Routes is the route table, by pattern and method: the golden test prints it,
// so that a change of access is a line in a review.
func (r *Router) Routes() []Route {
	all := make([]Route, 0, len(r.routes))
	for _, route := range r.routes {
		all = append(all, Route{Method: route.Method, Pattern: route.Pattern, Permission: route.Permission})
	}
	slices.SortFunc(all, func(a, b Route) int {
		if c := strings.Compare(a.Pattern, b.Pattern); c != 0 {
			return c
		}
		return strings.Compare(a.Method, b.Method)
	})
	return all
}

// Option changes a route's limits.
type Option func(*Route)

// Body lets the route take forms of up to n bytes instead of 2 MB.
func Body(n int64) Option { return func(r *Route) { r.body = n } }

// Deadline gives the route another time to answer than 5 s (reads) or 10 s
// (commands).
func Deadline(d time.Duration) Option { return func(r *Route) { r.deadline = d } }

// ForStaff marks a public route whose page is for staff, such as signing in: it
// speaks their language and not the customer's.
func ForStaff() Option { return func(r *Route) { r.forStaff = true } }

// Limit allows one client address n requests of the route per window; beyond
// that the answer is 429. Routes with the same name share the count.
func Limit(name string, n int, per time.Duration) Option {
	return func(r *Route) { r.limits = append(r.limits, limit{name, n, per}) }
}

type limit struct {
	name string
	n    int
	per  time.Duration
}
