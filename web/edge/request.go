package edge

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"packhouse/internal/access"
	"packhouse/internal/id"
	"packhouse/internal/problem"
	"packhouse/internal/txn"
	"packhouse/internal/words"
)

// Request is one request as a handler reads it. What is typed was checked
// before: no NUL, valid UTF-8, not too much of it.
type Request struct {
	*http.Request
	Person   access.Person // zero for the public
	Customer id.Customer   // zero unless a customer is signed in
	Lang     string        // "en", "de": the person's choice, else the browser's

	edge  *Edge
	route *Route
	visit *access.Visit
	trace *trace
	form  url.Values // the body of a POST; the query of a GET
	bad   problem.Invalid
	key   id.Key
}

// nonsense leaves a handler whose address cannot name anything: the edge
// answers 404.
type nonsense struct{}

// Param is a text part of the path, as typed after decoding; empty if it is not
// valid text.
func (r *Request) Param(name string) string {
	v := chi.URLParam(r.Request, name)
	if r.URL.RawPath != "" {
		plain, err := url.PathUnescape(v)
		if err != nil {
			return ""
		}
		v = plain
	}
	if badText(v) {
		return ""
	}
	return v
}

// ID is a number in the path. Where the path has nonsense the handler ends here
// and the answer is 404, so a handler never meets an id that cannot be one.
func (r *Request) ID(name string) int64 {
	v := r.Param(name)
	n, err := strconv.ParseInt(v, 10, 64)
	if err != nil || n < 1 || v[0] == '+' || v[0] == '0' {
		panic(nonsense{})
	}
	return n
}

// Text is a field of the form (of a GET: of the query), without white space
// round it. A field that came twice counts once, the first.
func (r *Request) Text(name string) string { return strings.TrimSpace(r.form.Get(name)) }

// Raw is Text with its white space, for passwords.
func (r *Request) Raw(name string) string { return r.form.Get(name) }

// Texts are all values of a field, as of tick boxes.
func (r *Request) Texts(name string) []string { return r.form[name] }

// Has reports whether the field came at all.
func (r *Request) Has(name string) bool { return r.form.Has(name) }

// Ticked reports whether the box was ticked.
func (r *Request) Ticked(name string) bool {
	switch r.form.Get(name) {
	case "", "0", "false", "off":
		return false
	}
	return true
}

// Values are all fields, for what reads them itself (lists, lines of an order).
func (r *Request) Values() url.Values { return r.form }

// Version is the hidden field that says which state the person saw; 0 if none.
func (r *Request) Version() int64 {
	n, err := strconv.ParseInt(r.Text("version"), 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// Invalid is a fresh list of what is wrong with the form. It begins with the
// fields whose text cannot be kept (NUL, broken UTF-8); Text shows those with
// the bad places replaced, so the rest that was typed is not lost.
func (r *Request) Invalid() *problem.Invalid {
	return &problem.Invalid{Fields: append([]problem.Field(nil), r.bad.Fields...)}
}

// Actor is who acts: the person, the customer, or a visitor.
func (r *Request) Actor() txn.Actor {
	switch {
	case r.Person.SignedIn():
		return r.Person.Actor()
	case r.Customer != 0:
		return txn.Actor{Kind: txn.Customer, ID: int64(r.Customer)}
	}
	return txn.Actor{Kind: txn.Visitor}
}

// Key is the command key to draw in a form's hidden field "command". A form
// redrawn after a failure keeps the key it came with, since a failure stores
// nothing.
func (r *Request) Key() string {
	if r.key == "" {
		if k, ok := id.ParseKey(r.form.Get("command")); ok && r.Method == http.MethodPost {
			r.key = k
		} else {
			r.key = id.NewKey()
		}
	}
	return string(r.key)
}

// Command is what was asked: the form's key and a hash of all its fields. The
// hash is keyed, for a form may hold a password.
func (r *Request) Command() txn.Command {
	if len(r.bad.Fields) > 0 {
		panic(&r.bad) // the handler went on without asking Invalid; nothing of it may be stored
	}
	return txn.NewCommand(id.Key(r.Key()), r.edge.digest(r))
}

// Do runs fn as the request's command. It is how handlers write: text that
// cannot be kept comes back as problem.Invalid before anything ran.
func Do[T any](r *Request, fn func(context.Context, *txn.Tx) (T, error)) (txn.Outcome[T], error) {
	if err := r.Invalid().Err(); err != nil {
		return txn.Outcome[T]{}, err
	}
	return txn.Do(r.Context(), r.edge.DB, r.Actor(), r.Command(), fn)
}

// Run is Do for a command that gives nothing back; repeated says that it had
// been done before.
func Run(r *Request, fn func(context.Context, *txn.Tx) error) (repeated bool, err error) {
	out, err := Do(r, func(ctx context.Context, tx *txn.Tx) (struct{}, error) { return struct{}{}, fn(ctx, tx) })
	return out.Repeated, err
}

// Once runs fn as a command of its own that is no repeat of anything, as an
// actor the handler has just come to know: signing in, using a link. The same
// press twice runs it twice, and what it spends must be there to spend.
func Once[T any](r *Request, actor txn.Actor, fn func(context.Context, *txn.Tx) (T, error)) (T, error) {
	var zero T
	if err := r.Invalid().Err(); err != nil {
		return zero, err
	}
	out, err := txn.Do(r.Context(), r.edge.DB, actor, txn.Once(), fn)
	return out.Value, err
}

// Audit records what happened without being a command, such as a refused
// sign-in. A reply never fails for it.
func (r *Request) Audit(e txn.Event) { r.edge.audit(r.Context(), r, e) }

// Now is the clock that moments on a page are told against ("2 h ago").
func (r *Request) Now() time.Time { return r.edge.Clock() }

// Can reports whether the person may.
func (r *Request) Can(p access.Permission) bool { return access.Can(r.Person, p) }

// Partial reports whether htmx asks for a part of the page.
func (r *Request) Partial() bool { return r.Header.Get("HX-Request") == "true" }

// Words is the catalogue of the request's language, for sentences and times.
func (r *Request) Words() *words.Catalogue { return r.edge.Words(r.Lang) }

// Say is a sentence in the request's language.
func (r *Request) Say(code string, args ...any) string {
	return r.Words().Say(code, problem.With(args...))
}

// Address is the client's network address; a proxy's word counts only from a
// trusted proxy.
func (r *Request) Address() string { return r.visit.Address }

// Absolute is an address of ours as it stands in a mail.
func (r *Request) Absolute(path string) string {
	return strings.TrimSuffix(r.edge.BaseURL, "/") + path
}

// Limit counts one try of the caller's own kind, such as per e-mail address,
// and answers problem.TooMany beyond n per window.
func (r *Request) Limit(bucket string, n int, per time.Duration) error {
	return r.edge.take(r.Context(), r, bucket, n, per)
}

// Forgive empties a bucket of Limit, as after a success.
func (r *Request) Forgive(bucket string) error { return r.edge.limiter.Forget(r.Context(), bucket) }
