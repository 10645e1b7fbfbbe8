package staff

import (
	"context"
	"strconv"

	"packhouse/internal/access"
	"packhouse/internal/id"
	"packhouse/internal/link"
	"packhouse/internal/problem"
	"packhouse/internal/txn"
	"packhouse/web/edge"
	"packhouse/web/ui"
)

func staffFrame(title string) ui.Frame { return ui.Frame{Title: title, Section: "/staff"} }

type listView struct {
	Rows []memberRow
}

type memberRow struct {
	Path, Name, Email, Role string
	Kind                    ui.Kind
	State                   string
	Places                  string
	TOTP                    bool
	SignedIn                *ui.Moment
}

func (s *Room) list(r *edge.Request) (edge.Reply, error) {
	all, err := access.ReadMembers(r.Context(), s.Read)
	if err != nil {
		return edge.Reply{}, err
	}
	places, err := access.ReadPlaces(r.Context(), s.Read)
	if err != nil {
		return edge.Reply{}, err
	}
	var v listView
	for _, m := range all {
		v.Rows = append(v.Rows, rowOf(r, m, places))
	}
	return edge.Page(staffFrame("Staff"), listPage(v)), nil
}

func rowOf(r *edge.Request, m access.Member, places []access.Place) memberRow {
	row := memberRow{Path: memberPath(m.ID), Name: m.Name, Email: m.Email, Role: r.Say("role." + string(m.Role)), Kind: ui.Green, State: "Active", TOTP: m.TOTP}
	switch {
	case m.Disabled:
		row.Kind, row.State = ui.Neutral, "Disabled"
	case m.Invited:
		row.Kind, row.State = ui.Amber, "Invited"
	}
	row.Places = "All locations"
	if len(m.Locations) > 0 {
		row.Places = ""
		bound := access.Person{Locations: m.Locations}
		for _, p := range places {
			if bound.At(p.ID) {
				if row.Places != "" {
					row.Places += ", "
				}
				row.Places += p.Name
			}
		}
	}
	if m.SignedInAt != nil {
		at := moment(r, *m.SignedInAt)
		row.SignedIn = &at
	}
	return row
}

func memberPath(user id.User) string { return "/staff/" + strconv.FormatInt(int64(user), 10) }

// personForm is what an admin typed about somebody.
type personForm struct {
	Name, Email, Role, Lang string
	Locations               []string
}

func readPerson(r *edge.Request) personForm {
	return personForm{Name: r.Text("name"), Email: r.Text("email"), Role: r.Text("role"), Lang: r.Text("lang"), Locations: r.Texts("locations")}
}

func formOf(m access.Member) personForm {
	f := personForm{Name: m.Name, Email: m.Email, Role: string(m.Role), Lang: m.Lang}
	for _, l := range m.Locations {
		f.Locations = append(f.Locations, strconv.FormatInt(int64(l), 10))
	}
	return f
}

// details is the form as the rule takes it.
func (f personForm) details() (access.Details, error) {
	d := access.Details{Name: f.Name, Email: f.Email, Role: access.Role(f.Role), Lang: f.Lang}
	for _, s := range f.Locations {
		n, err := strconv.ParseInt(s, 10, 64)
		if err != nil || n < 1 {
			return d, problem.At("locations", "not_a_choice")
		}
		d.Locations = append(d.Locations, id.Location(n))
	}
	return d, nil
}

type personView struct {
	Key      string
	Form     personForm
	Places   []access.Place
	Roles    []ui.Option
	Problems ui.Problems

	// Of somebody who is there already.
	Member   access.Member
	Path     string
	Version  string
	Row      memberRow
	Sessions []sessionRow
	Self     bool
	Fresh    bool
	Changes  []ui.Difference // what somebody else changed meanwhile
}

func roleOptions(r *edge.Request) []ui.Option {
	var all []ui.Option
	for _, role := range access.Roles {
		all = append(all, ui.Option{Value: string(role), Label: r.Say("role." + string(role))})
	}
	return all
}

func (s *Room) newPerson(r *edge.Request) (edge.Reply, error) {
	return s.drawNew(r, personForm{Role: string(access.Sales)}, nil)
}

func (s *Room) drawNew(r *edge.Request, f personForm, wrong error) (edge.Reply, error) {
	places, err := access.ReadPlaces(r.Context(), s.Read)
	if err != nil {
		return edge.Reply{}, err
	}
	v := personView{Key: r.Key(), Form: f, Places: places, Roles: roleOptions(r), Problems: r.Problems(wrong)}
	if wrong != nil {
		return edge.Redraw(wrong, staffFrame("Invite"), invitePage(v)), nil
	}
	return edge.Page(staffFrame("Invite"), invitePage(v)), nil
}

func (s *Room) invite(r *edge.Request) (edge.Reply, error) {
	f := readPerson(r)
	d, err := f.details()
	if err != nil {
		return s.drawNew(r, f, err)
	}
	out, err := edge.Do(r, func(ctx context.Context, tx *txn.Tx) (id.User, error) {
		user, err := access.Invite(ctx, tx, d)
		if err != nil {
			return 0, err
		}
		return user, mailLink(ctx, tx, link.StaffInvite, access.Linked(user, "invite"), user, d.Email, d.Lang)
	})
	if err != nil {
		return s.drawNew(r, f, err)
	}
	return edge.SeeOther(memberPath(out.Value), edge.Done("done.invited", "name", d.Name)), nil
}

func (s *Room) person(r *edge.Request) (edge.Reply, error) {
	m, err := access.ReadMember(r.Context(), s.Read, id.User(r.ID("id")))
	if err != nil {
		return edge.Reply{}, err
	}
	return s.drawPerson(r, m, formOf(m), nil)
}

func (s *Room) drawPerson(r *edge.Request, m access.Member, f personForm, wrong error) (edge.Reply, error) {
	places, err := access.ReadPlaces(r.Context(), s.Read)
	if err != nil {
		return edge.Reply{}, err
	}
	sessions, err := access.ReadSessions(r.Context(), s.Read, m.ID)
	if err != nil {
		return edge.Reply{}, err
	}
	v := personView{Key: r.Key(), Form: f, Places: places, Roles: roleOptions(r), Problems: r.Problems(wrong),
		Member: m, Path: memberPath(m.ID), Version: strconv.FormatInt(m.Version, 10), Row: rowOf(r, m, places),
		Sessions: sessionRows(r, sessions, r.Person.Session), Self: m.ID == r.Person.ID, Fresh: r.Person.Fresh, Changes: changesOf(wrong)}
	if wrong != nil {
		return edge.Redraw(wrong, staffFrame(m.Name), personPage(v)), nil
	}
	return edge.Page(staffFrame(m.Name), personPage(v)), nil
}

func (s *Room) savePerson(r *edge.Request) (edge.Reply, error) {
	m, err := access.ReadMember(r.Context(), s.Read, id.User(r.ID("id")))
	if err != nil {
		return edge.Reply{}, err
	}
	f := readPerson(r)
	d, err := f.details()
	if err != nil {
		return s.drawPerson(r, m, f, err)
	}
	if d.Email != m.Email || d.Role != m.Role { // both decide who can come in as whom
		if err := s.proveUnlessFresh(r, "current"); err != nil {
			return s.drawPerson(r, m, f, err)
		}
	}
	_, err = edge.Run(r, func(ctx context.Context, tx *txn.Tx) error {
		return access.Change(ctx, tx, m.ID, r.Version(), d)
	})
	if err != nil {
		return s.drawPerson(r, m, f, err)
	}
	return edge.SeeOther(memberPath(m.ID), edge.Done("done.person_saved", "name", d.Name)), nil
}

// act runs one of the person's buttons and goes back to their page.
func (s *Room) act(r *edge.Request, done string, do func(ctx context.Context, tx *txn.Tx, m access.Member) error) (edge.Reply, error) {
	m, err := access.ReadMember(r.Context(), s.Read, id.User(r.ID("id")))
	if err != nil {
		return edge.Reply{}, err
	}
	_, err = edge.Run(r, func(ctx context.Context, tx *txn.Tx) error { return do(ctx, tx, m) })
	if err != nil {
		if problem.IsPersons(err) {
			return s.drawPerson(r, m, formOf(m), err)
		}
		return edge.Reply{}, err
	}
	return edge.SeeOther(memberPath(m.ID), edge.Done(done, "name", m.Name)), nil
}

func (s *Room) disable(r *edge.Request) (edge.Reply, error) {
	return s.act(r, "done.person_disabled", func(ctx context.Context, tx *txn.Tx, m access.Member) error {
		return access.Disable(ctx, tx, m.ID)
	})
}

func (s *Room) enable(r *edge.Request) (edge.Reply, error) {
	return s.act(r, "done.person_enabled", func(ctx context.Context, tx *txn.Tx, m access.Member) error {
		return access.Enable(ctx, tx, m.ID)
	})
}

// sendLink sends the invitation again, or a link for a new password.
func (s *Room) sendLink(r *edge.Request) (edge.Reply, error) {
	m, err := access.ReadMember(r.Context(), s.Read, id.User(r.ID("id")))
	if err != nil {
		return edge.Reply{}, err
	}
	purpose, how, done := link.StaffReset, "reset", "done.reset_sent"
	if m.Invited {
		purpose, how, done = link.StaffInvite, "invite", "done.invited_again"
	}
	return s.act(r, done, func(ctx context.Context, tx *txn.Tx, m access.Member) error {
		if m.Disabled {
			return problem.Refuse("already_disabled", "name", m.Name)
		}
		return mailLink(ctx, tx, purpose, access.Linked(m.ID, how), m.ID, m.Email, m.Lang)
	})
}

func (s *Room) removeTOTP(r *edge.Request) (edge.Reply, error) {
	if err := s.proveUnlessFresh(r, "factor_current"); err != nil {
		m, rerr := access.ReadMember(r.Context(), s.Read, id.User(r.ID("id")))
		if rerr != nil {
			return edge.Reply{}, rerr
		}
		return s.drawPerson(r, m, formOf(m), err)
	}
	return s.act(r, "done.totp_off", func(ctx context.Context, tx *txn.Tx, m access.Member) error {
		_, err := access.RemoveTOTP(ctx, tx, m.ID)
		return err
	})
}

func (s *Room) endSessions(r *edge.Request) (edge.Reply, error) {
	return s.act(r, "done.session_ended", func(ctx context.Context, tx *txn.Tx, m access.Member) error {
		_, err := access.EndSessions(ctx, tx, m.ID, 0)
		return err
	})
}
