package edge

import (
	"context"
	"net/http"

	"github.com/alexedwards/scs/v2"
	"github.com/alexedwards/scs/v2/memstore"

	"packhouse/internal/access"
	"packhouse/internal/id"
)

type cookieNames struct{ session, flash string }

// names of the cookies. The __Host- prefix makes browsers refuse them from a
// neighbour domain, but needs TLS; plain loopback goes without.
func names(secure bool) cookieNames {
	if secure {
		return cookieNames{"__Host-packhouse", "__Host-packhouse-said"}
	}
	return cookieNames{"packhouse", "packhouse-said"}
}

func sessionManager(store *access.Sessions, secure bool, name string) *scs.SessionManager {
	m := scs.New()
	if unused, ok := m.Store.(*memstore.MemStore); ok {
		unused.StopCleanup()
	}
	m.Store = store
	m.HashTokenInStore = true
	m.Lifetime = access.AbsoluteLimit
	m.IdleTimeout = 0 // the store counts it, without a write for every request
	m.Cookie.Name = name
	m.Cookie.Secure = secure
	return m
}

// cookie makes one of ours; age in seconds, 0 until the browser closes,
// negative to forget it.
func (e *Edge) cookie(name, value string, age int) *http.Cookie {
	return &http.Cookie{Name: name, Value: value, Path: "/", MaxAge: age, Secure: e.secure, HttpOnly: true, SameSite: http.SameSiteLaxMode}
}

// load finds the session and with it the person.
func (e *Edge) load(ctx context.Context, r *http.Request, visit *access.Visit) (context.Context, error) {
	token := ""
	if c, err := r.Cookie(e.cookies.session); err == nil && len(c.Value) <= 100 {
		token = c.Value
	}
	return e.sessions.Load(access.WithVisit(ctx, visit), token)
}

// store writes the session if the handler changed it, and its cookie.
func (e *Edge) store(ctx context.Context, w http.ResponseWriter) error {
	switch e.sessions.Status(ctx) {
	case scs.Modified:
		token, _, err := e.sessions.Commit(ctx)
		if err != nil {
			return err
		}
		http.SetCookie(w, e.cookie(e.cookies.session, token, 0))
	case scs.Destroyed:
		http.SetCookie(w, e.cookie(e.cookies.session, "", -1))
	}
	return nil
}

// SignIn makes the session the person's, under a new token: whoever knew the
// old one has nothing. The account's generation must still be the one whose
// password was checked when the session is stored.
func (r *Request) SignIn(user id.User, generation int) error {
	if err := r.edge.sessions.Clear(r.Context()); err != nil {
		return err
	}
	if err := r.edge.sessions.RenewToken(r.Context()); err != nil {
		return err
	}
	r.visit.Owner, r.visit.Generation = user, generation
	return nil
}

// Renew gives the session another token, as before each step towards signing in.
func (r *Request) Renew() error { return r.edge.sessions.RenewToken(r.Context()) }

// SignOut ends the session.
func (r *Request) SignOut() error { return r.edge.sessions.Destroy(r.Context()) }

// Remember keeps a short text in the session, also of a visitor.
func (r *Request) Remember(key, value string) { r.edge.sessions.Put(r.Context(), key, value) }

// Recall is what Remember kept; empty if nothing.
func (r *Request) Recall(key string) string { return r.edge.sessions.GetString(r.Context(), key) }

// Forget drops what Remember kept.
func (r *Request) Forget(key string) {
	if r.edge.sessions.Exists(r.Context(), key) {
		r.edge.sessions.Remove(r.Context(), key)
	}
}
