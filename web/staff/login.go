package staff

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"
	"time"

	"packhouse/internal/access"
	"packhouse/internal/id"
	"packhouse/internal/problem"
	"packhouse/internal/txn"
	"packhouse/web/edge"
	"packhouse/web/ui"
)

// door is the frame of the pages before one is inside.
func door(title string) ui.Frame { return ui.Frame{Title: title, Shape: ui.Bare} }

type loginView struct {
	Key, Email, Next string
	Problems         ui.Problems
}

func (s *Room) login(r *edge.Request) (edge.Reply, error) {
	if r.Person.SignedIn() {
		return edge.SeeOther(r.Text("next")), nil
	}
	return edge.Page(door("Sign in"), loginPage(loginView{Key: r.Key(), Next: edge.Local(r.Text("next"))})), nil
}

func (s *Room) signIn(r *edge.Request) (edge.Reply, error) {
	email, next := r.Text("email"), edge.Local(r.Text("next"))
	again := func(err error) (edge.Reply, error) {
		v := loginView{Key: r.Key(), Email: email, Next: next, Problems: r.Problems(err)}
		return edge.Redraw(err, door("Sign in"), loginPage(v)), nil
	}
	wrong := r.Invalid()
	if email == "" && !wrong.Has("email") {
		wrong.Add("email", "required")
	}
	if r.Raw("password") == "" && !wrong.Has("password") {
		wrong.Add("password", "required")
	}
	if err := wrong.Err(); err != nil {
		return again(err)
	}
	bucket := bucketOf("sign-in", email)
	if err := r.Limit(bucket, tries, triesWindow); err != nil {
		return again(err)
	}
	a, who, err := s.Proof.Password(r.Context(), s.Read, email, r.Raw("password"))
	if err != nil {
		if problem.IsPersons(err) {
			r.Audit(access.Failure(who, "password", r.Address()))
		}
		return again(err)
	}
	if err := r.Forgive(bucket); err != nil {
		return edge.Reply{}, err
	}
	if a.TOTP {
		if err := hold(r, a, next); err != nil {
			return edge.Reply{}, err
		}
		return edge.SeeOther("/login/code"), nil
	}
	if err := s.enter(r, a, "password"); err != nil {
		return again(err)
	}
	return edge.SeeOther(next), nil
}

// enter records the sign-in and makes the session the person's.
func (s *Room) enter(r *edge.Request, a access.Account, by string) error {
	_, err := edge.Once(r, a.Actor(), func(_ context.Context, tx *txn.Tx) (struct{}, error) {
		access.RecordSignIn(tx, a, by, r.Address())
		return struct{}{}, nil
	})
	if err != nil {
		return err
	}
	return r.SignIn(a.ID, a.Generation)
}

// bucketOf counts tries for an account by what was typed, whether or not there
// is such an account: both are told the same.
func bucketOf(what, email string) string {
	sum := sha256.Sum256([]byte(strings.ToLower(email)))
	return what + " " + hex.EncodeToString(sum[:12])
}

// Half way in: the password was right and the code is asked for. It is kept in
// a session that is nobody's yet.
const (
	waitAccount = "wait.account"
	waitNext    = "wait.next"
	waitUntil   = "wait.until"
	waitLimit   = 10 * time.Minute
)

func hold(r *edge.Request, a access.Account, next string) error {
	if err := r.Renew(); err != nil {
		return err
	}
	r.Remember(waitAccount, strconv.FormatInt(int64(a.ID), 10)+":"+strconv.Itoa(a.Generation))
	r.Remember(waitNext, next)
	r.Remember(waitUntil, strconv.FormatInt(r.Now().Add(waitLimit).Unix(), 10))
	return nil
}

// held is the account that waits for its code, if it is still as it was.
func (s *Room) held(r *edge.Request) (access.Account, error) {
	user, generation, _ := strings.Cut(r.Recall(waitAccount), ":")
	n, err := strconv.ParseInt(user, 10, 64)
	until, uerr := strconv.ParseInt(r.Recall(waitUntil), 10, 64)
	if err != nil || uerr != nil || r.Now().Unix() > until {
		return access.Account{}, problem.Refuse("sign_in_expired")
	}
	a, err := access.Find(r.Context(), s.Read, id.User(n))
	if err != nil {
		return access.Account{}, err
	}
	if strconv.Itoa(a.Generation) != generation || !a.TOTP {
		return access.Account{}, problem.Refuse("sign_in_expired")
	}
	return a, nil
}

func (s *Room) askCode(r *edge.Request) (edge.Reply, error) {
	if _, err := s.held(r); err != nil {
		if !problem.IsPersons(err) {
			return edge.Reply{}, err
		}
		return edge.SeeOther("/login"), nil
	}
	return edge.Page(door("Your code"), codePage(codeView{Key: r.Key()})), nil
}

type codeView struct {
	Key      string
	Problems ui.Problems
}

func (s *Room) takeCode(r *edge.Request) (edge.Reply, error) {
	a, err := s.held(r)
	if err != nil {
		if !problem.IsPersons(err) {
			return edge.Reply{}, err
		}
		return edge.SeeOther("/login", edge.Note("sign_in_expired")), nil
	}
	again := func(err error) (edge.Reply, error) {
		return edge.Redraw(err, door("Your code"), codePage(codeView{Key: r.Key(), Problems: r.Problems(err)})), nil
	}
	bucket := "code " + strconv.FormatInt(int64(a.ID), 10)
	if err := r.Limit(bucket, tries, triesWindow); err != nil {
		return again(err)
	}
	next := r.Recall(waitNext)
	_, err = edge.Once(r, a.Actor(), func(ctx context.Context, tx *txn.Tx) (struct{}, error) {
		by, err := s.Proof.SecondFactor(ctx, tx, a, r.Text("code"))
		if err != nil {
			return struct{}{}, err
		}
		access.RecordSignIn(tx, a, by, r.Address())
		return struct{}{}, nil
	})
	if err != nil {
		if problem.IsPersons(err) {
			r.Audit(access.Failure(a.ID, "code", r.Address()))
		}
		return again(err)
	}
	if err := r.Forgive(bucket); err != nil {
		return edge.Reply{}, err
	}
	if err := r.SignIn(a.ID, a.Generation); err != nil {
		return edge.Reply{}, err
	}
	return edge.SeeOther(next), nil
}

func (s *Room) signOut(r *edge.Request) (edge.Reply, error) {
	if r.Person.SignedIn() {
		r.Audit(access.SignedOut(r.Person.ID))
	}
	if err := r.SignOut(); err != nil {
		return edge.Reply{}, err
	}
	return edge.SeeOther("/login", edge.Done("done.signed_out")), nil
}
