package edge

import (
	"context"
	"net/http"

	"github.com/alexedwards/scs/v2"

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

// sessionManager is made by hand: scs.New would start a store in memory, with a
// goroutine of its own, that nobody asked for.
func sessionManager(store *access.Sessions) *scs.SessionManager {
	return &scs.SessionManager{
		Store:            store,
		Codec:            scs.GobCodec{},
		HashTokenInStore: true,
		Lifetime:         access.AbsoluteLimit,
		IdleTimeout:      0, // the store counts it, without a write for every request
	}
}

// cookie makes one of ours; age in seconds, 0 until the browser closes,
// negative to forget it.
func (e *Edge) cookie(name, value string, age int) *http.Cookie {
	return &http.Cookie{Name: name, Value: value, Path: "/", MaxAge: age, Secure: e.secure, HttpOnly: true, SameSite: http.SameSiteLaxMode}
}

// load finds the session and with it the person. Who holds a secret link is
// nobody but its holder, whoever else they may be.
func (e *Edge) load(r *Request) (context.Context, error) {
	token := ""
	if c, err := r.Cookie(e.cookies.session); err == nil && len(c.Value) <= 100 && r.route.Permission != access.SecretLink {
		token = c.Value
	}
	return e.sessions.Load(access.WithVisit(r.Context(), r.visit), token)
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
