package edge

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"packhouse/internal/access"
	"packhouse/internal/problem"
	"packhouse/internal/txn"
)

// serve is the way of one request through a route: deadline, limits, session,
// permission, form, handler, reply. Each step that fails ends in fail.
func (e *Edge) serve(route *Route) http.HandlerFunc {
	return func(w http.ResponseWriter, hr *http.Request) {
		t := traceOf(hr.Context())
		t.pattern, t.permission = route.Pattern, route.Permission
		secretHeaders(w.Header(), route.Permission)

		ctx, cancel := context.WithTimeout(hr.Context(), route.deadline)
		defer cancel()
		visit := &access.Visit{Address: t.address.String(), Agent: cut(strings.ToValidUTF8(hr.UserAgent(), "?"), 200)}
		r := &Request{edge: e, route: route, visit: visit, trace: t, Request: hr.WithContext(ctx), form: url.Values{}, Lang: e.lang(route, hr)}

		reply, err := e.answer(w, r)
		if err == nil && reply.err != nil && !problem.IsPersons(reply.err) {
			err = reply.err // a fault of ours that a handler passed to Redraw
		}
		if err == nil {
			err = e.store(r.Context(), w)
		}
		if err != nil {
			e.fail(w, r, err)
			return
		}
		if reply.err != nil {
			e.noteRefusal(r, reply.err)
			retryAfter(w.Header(), reply.err)
		}
		if err := e.send(w, r, reply); err != nil {
			e.fail(w, r, err)
		}
	}
}

func (e *Edge) answer(w http.ResponseWriter, r *Request) (reply Reply, err error) {
	defer func() {
		switch p := recover().(type) {
		case nil:
		case nonsense:
			err = problem.Missing("page")
		case *problem.Invalid:
			err = p
		default:
			panic(p)
		}
	}()
	if err := e.limited(r.Context(), r, r.trace.address); err != nil {
		return reply, err
	}
	ctx, err := e.load(r)
	if err != nil {
		return reply, err
	}
	r.Request = r.Request.WithContext(ctx)
	r.Person = r.visit.Person
	r.trace.person = r.Person.ID
	if err := e.admit(r); err != nil {
		return reply, err
	}
	if e.Customer != nil && !r.Person.SignedIn() {
		if r.Customer, err = e.Customer(r.Context(), r.Request); err != nil {
			return reply, err
		}
	}
	if err := r.readForm(w); err != nil {
		return reply, err
	}
	if r.Method != http.MethodPost {
		if err := r.bad.Err(); err != nil { // an address is not typed: there is nothing to keep
			return reply, err
		}
	}
	return r.route.handler(r)
}

// errSignIn and errEnrol say what is missing before the permission can be
// asked.
var (
	errSignIn = errors.New("edge: nobody is signed in")
	errEnrol  = errors.New("edge: a second factor must be set up first")
)

func (e *Edge) admit(r *Request) error {
	perm := r.route.Permission
	switch {
	case access.Can(r.Person, perm):
		return nil
	case !r.Person.SignedIn():
		return errSignIn
	case r.Person.MustEnrol:
		return errEnrol
	}
	return &problem.Forbidden{Permission: perm.String()}
}

// noteRefusal leaves the audit line of a refused permission.
func (e *Edge) noteRefusal(r *Request, err error) {
	f, ok := errors.AsType[*problem.Forbidden](err)
	if !ok {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), 2*time.Second)
	defer cancel()
	e.audit(ctx, r, txn.Event{Kind: "access.refused", Subject: txn.About("user", r.Person.ID),
		Data: map[string]any{"permission": f.Permission, "route": r.route.Method + " " + r.route.Pattern, "address": r.visit.Address}})
}

// send writes the reply. Pages are drawn into memory first, so that a page that
// cannot be drawn is an error page and not half a page.
func (e *Edge) send(w http.ResponseWriter, r *Request, reply Reply) error {
	if reply.saved != "" {
		w.Header().Set("X-Saved", url.PathEscape(reply.saved))
	}
	for _, c := range reply.cookies {
		http.SetCookie(w, e.cookie(CookieName(e.secure, c.name), c.value, c.age()))
	}
	switch reply.kind {
	case redirect:
		e.putFlash(w, r.Lang, reply.flash)
		w.Header().Set("Location", reply.path)
		w.WriteHeader(reply.status)
		return nil
	case file:
		return e.sendFile(w, r, reply)
	case stream:
		return e.sendStream(w, r, reply)
	case framed:
		w.Header().Set("Content-Security-Policy", framedPolicy)
		w.Header().Set("X-Frame-Options", "SAMEORIGIN")
		return e.sendHTML(w, r, reply.status, func(b *bytes.Buffer) error { b.WriteString(reply.html); return nil })
	case page:
		f := e.frame(w, r, reply.frame, reply.flash)
		return e.sendHTML(w, r, reply.status, func(b *bytes.Buffer) error { return drawPage(r.Context(), b, f, reply.body) })
	case fragment:
		w.Header().Add("Vary", "HX-Request")
		return e.sendHTML(w, r, reply.status, func(b *bytes.Buffer) error { return drawPart(r.Context(), b, r.Lang, reply.body) })
	}
	return errors.New("edge: the handler answered with no reply")
}
