package staff

import (
	"context"
	"time"

	"packhouse/internal/access"
	"packhouse/internal/problem"
	"packhouse/internal/txn"
	"packhouse/web/edge"
	"packhouse/web/parts"
	"packhouse/web/ui"
)

// inside is the frame of the pages of one's own account.
func inside(title string) ui.Frame { return ui.Frame{Title: title, Section: "/account"} }

type accountView struct {
	Key      string
	Person   access.Person
	Name     string
	Lang     string
	Role     string
	Places   []string
	Required bool // the role asks for a second factor
	Min      int
	Sessions []sessionRow

	NameProblems, PasswordProblems, FactorProblems ui.Problems
}

// sessionRow is one browser that is signed in, in words.
type sessionRow struct {
	ID          int64
	Browser     string
	Address     string
	Since, Seen ui.Moment
	Current     bool
}

// accountPart says which form of the page a problem belongs to.
type accountPart int

const (
	partNone accountPart = iota
	partName
	partPassword
	partFactor
)

// drawAccount draws the page, also again with what was wrong in one of its forms.
func (s *Room) drawAccount(r *edge.Request, part accountPart, wrong error) (edge.Reply, error) {
	sessions, err := access.ReadSessions(r.Context(), s.Read, r.Person.ID)
	if err != nil {
		return edge.Reply{}, err
	}
	policy, err := access.ReadPolicy(r.Context(), s.Read)
	if err != nil {
		return edge.Reply{}, err
	}
	places, err := s.placeNames(r.Context(), r.Person)
	if err != nil {
		return edge.Reply{}, err
	}
	v := accountView{Key: r.Key(), Person: r.Person, Name: r.Person.Name, Lang: r.Person.Lang, Min: access.MinPassword, Places: places,
		Role: r.Say("role." + string(r.Person.Role)), Required: policy.Requires(r.Person.Role), Sessions: sessionRows(r, sessions, r.Person.Session)}
	if wrong == nil {
		return edge.Page(inside("Your account"), accountPage(v)), nil
	}
	switch part {
	case partName:
		v.Name, v.Lang, v.NameProblems = r.Text("name"), r.Text("lang"), r.Problems(wrong)
	case partPassword:
		v.PasswordProblems = r.Problems(wrong)
	default:
		v.FactorProblems = r.Problems(wrong)
	}
	return edge.Redraw(wrong, inside("Your account"), accountPage(v)), nil
}

func (s *Room) placeNames(ctx context.Context, p access.Person) ([]string, error) {
	if len(p.Locations) == 0 {
		return nil, nil
	}
	all, err := access.ReadPlaces(ctx, s.Read)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, place := range all {
		if p.At(place.ID) {
			names = append(names, place.Name)
		}
	}
	return names, nil
}

func sessionRows(r *edge.Request, all []access.Session, current int64) []sessionRow {
	rows := make([]sessionRow, 0, len(all))
	for _, x := range all {
		rows = append(rows, sessionRow{ID: x.ID, Browser: browser(x.Agent), Address: x.Address, Current: x.ID == current,
			Since: moment(r, x.CreatedAt), Seen: moment(r, x.SeenAt)})
	}
	return rows
}

func moment(r *edge.Request, t time.Time) ui.Moment {
	return parts.Look{Words: r.Words(), Now: r.Now()}.When(t)
}

func (s *Room) account(r *edge.Request) (edge.Reply, error) { return s.drawAccount(r, partNone, nil) }

func (s *Room) rename(r *edge.Request) (edge.Reply, error) {
	_, err := edge.Run(r, func(_ context.Context, tx *txn.Tx) error {
		return access.Rename(tx, r.Person.ID, r.Text("name"), r.Text("lang"))
	})
	if err != nil {
		return s.drawAccount(r, partName, err)
	}
	return edge.SeeOther("/account", edge.Done("done.person_saved", "name", r.Text("name"))), nil
}

func (s *Room) changePassword(r *edge.Request) (edge.Reply, error) {
	if err := s.prove(r, "current"); err != nil {
		return s.drawAccount(r, partPassword, err)
	}
	hash, err := s.newHash(r, r.Person.Name, r.Person.Email)
	if err != nil {
		return s.drawAccount(r, partPassword, err)
	}
	generation, err := edge.Once(r, r.Person.Actor(), func(ctx context.Context, tx *txn.Tx) (int, error) {
		return access.SetPassword(ctx, tx, r.Person.ID, hash, "own")
	})
	if err != nil {
		return s.drawAccount(r, partPassword, err)
	}
	// Every session died with the old password; this browser has just proved itself and gets a new one.
	if err := r.SignIn(r.Person.ID, generation); err != nil {
		return edge.Reply{}, err
	}
	return edge.SeeOther("/account", edge.Done("done.password_set")), nil
}

// prove asks for the person's own password, typed in the field.
func (s *Room) prove(r *edge.Request, field string) error {
	if err := r.Invalid().Err(); err != nil {
		return err
	}
	if r.Raw(field) == "" {
		return problem.At(field, "required")
	}
	bucket := bucketOf("prove", r.Person.Email)
	if err := r.Limit(bucket, tries, triesWindow); err != nil {
		return err
	}
	if err := s.Proof.Own(r.Context(), s.Read, r.Person, field, r.Raw(field)); err != nil {
		if problem.IsPersons(err) {
			r.Audit(access.Failure(r.Person.ID, "prove", r.Address()))
		}
		return err
	}
	return r.Forgive(bucket)
}

// proveUnlessFresh asks for the password again when the last proof is some
// minutes old: before what guards an account is changed.
func (s *Room) proveUnlessFresh(r *edge.Request, field string) error {
	if r.Person.Fresh {
		return nil
	}
	return s.prove(r, field)
}

func (s *Room) endOwnSession(r *edge.Request) (edge.Reply, error) {
	session := r.ID("id")
	_, err := edge.Run(r, func(_ context.Context, tx *txn.Tx) error {
		access.EndSession(tx, r.Person.ID, session)
		return nil
	})
	if err != nil {
		return edge.Reply{}, err
	}
	if session == r.Person.Session {
		return edge.SeeOther("/login", edge.Done("done.signed_out")), nil
	}
	return edge.SeeOther("/account", edge.Done("done.session_ended")), nil
}

func (s *Room) endOwnSessions(r *edge.Request) (edge.Reply, error) {
	out, err := edge.Do(r, func(ctx context.Context, tx *txn.Tx) (int64, error) {
		return access.EndSessions(ctx, tx, r.Person.ID, r.Person.Session)
	})
	if err != nil {
		return edge.Reply{}, err
	}
	return edge.SeeOther("/account", edge.Done("done.sessions_ended", "n", out.Value)), nil
}
