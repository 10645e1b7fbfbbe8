package staff

import (
	"context"

	"packhouse/internal/access"
	"packhouse/internal/id"
	"packhouse/internal/link"
	"packhouse/internal/notify"
	"packhouse/internal/problem"
	"packhouse/internal/txn"
	"packhouse/web/edge"
	"packhouse/web/ui"
)

type forgotView struct {
	Key, Email string
	Problems   ui.Problems
}

func (s *Room) forgot(r *edge.Request) (edge.Reply, error) {
	return edge.Page(door("Forgotten password"), forgotPage(forgotView{Key: r.Key()})), nil
}

// sendReset says and costs the same whether or not somebody has the e-mail.
func (s *Room) sendReset(r *edge.Request) (edge.Reply, error) {
	email := r.Text("email")
	again := func(err error) (edge.Reply, error) {
		v := forgotView{Key: r.Key(), Email: email, Problems: r.Problems(err)}
		return edge.Redraw(err, door("Forgotten password"), forgotPage(v)), nil
	}
	wrong := r.Invalid()
	if email == "" && !wrong.Has("email") {
		wrong.Add("email", "required")
	}
	if err := wrong.Err(); err != nil {
		return again(err)
	}
	if err := r.Limit(bucketOf("forgot", email), 5, triesWindow); err != nil {
		return again(err)
	}
	a, err := access.FindEmail(r.Context(), s.Read, email)
	if err != nil && !problem.IsPersons(err) {
		return edge.Reply{}, err
	}
	if _, err := s.Proof.Matches(r.Context(), email, ""); err != nil { // drowns what the mail costs
		return edge.Reply{}, err
	}
	_, err = edge.Once(r, r.Actor(), func(ctx context.Context, tx *txn.Tx) (struct{}, error) {
		if a.ID == 0 {
			tx.Record(access.Asked(0, r.Address()))
			return struct{}{}, nil
		}
		return struct{}{}, mailLink(ctx, tx, link.StaffReset, access.Asked(a.ID, r.Address()), a.ID, a.Email, a.Lang)
	})
	if err != nil {
		return edge.Reply{}, err
	}
	return edge.SeeOther("/login", edge.Done("done.reset_asked")), nil
}

// mailLink makes a link for the person and the mail that carries it; because is
// the event the mail belongs to.
func mailLink(ctx context.Context, tx *txn.Tx, purpose link.Purpose, because txn.Event, user id.User, email, lang string) error {
	l, err := link.Make(ctx, tx, purpose, "user", int64(user), 0)
	if err != nil {
		return err
	}
	kind := notify.StaffReset
	if purpose == link.StaffInvite {
		kind = notify.StaffInvite
	}
	if lang == "" {
		lang = "en"
	}
	tx.Record(because)
	_, err = notify.Send(ctx, tx, notify.Mail{Kind: kind, To: email, Language: lang, Args: problem.With("link", int64(l.ID))})
	return err
}

type linkView struct {
	Key, Path, Name, Email string
	Invited                bool
	Min                    int
	Problems               ui.Problems
}

// opened is whom the link of the path belongs to. The page is shown as often as
// one likes, for programs that read mails follow links too; only the press
// spends it.
func (s *Room) opened(r *edge.Request, p link.Purpose) (access.Account, error) {
	subject, err := link.Open(r.Context(), s.Read, s.Links, p, r.Param("token"))
	if err != nil {
		return access.Account{}, err
	}
	if subject.Type != "user" {
		return access.Account{}, problem.Missing("link")
	}
	return access.Find(r.Context(), s.Read, id.User(subject.ID))
}

func title(p link.Purpose) string {
	if p == link.StaffInvite {
		return "Welcome"
	}
	return "New password"
}

func ended(err error) (edge.Reply, error) {
	if !problem.IsPersons(err) {
		return edge.Reply{}, err
	}
	return edge.Page(door("Link ended"), endedPage()).WithStatus(410), nil
}

func (s *Room) showLink(p link.Purpose) edge.Handler {
	return func(r *edge.Request) (edge.Reply, error) {
		a, err := s.opened(r, p)
		if err != nil {
			return ended(err)
		}
		return edge.Page(door(title(p)), linkPage(viewOf(r, a, p, nil))), nil
	}
}

func viewOf(r *edge.Request, a access.Account, p link.Purpose, err error) linkView {
	return linkView{Key: r.Key(), Path: r.URL.EscapedPath(), Name: a.Name, Email: a.Email, Invited: p == link.StaffInvite,
		Min: access.MinPassword, Problems: r.Problems(err)}
}

func (s *Room) useLink(p link.Purpose) edge.Handler {
	how := "reset"
	if p == link.StaffInvite {
		how = "invite"
	}
	return func(r *edge.Request) (edge.Reply, error) {
		a, err := s.opened(r, p)
		if err != nil {
			return ended(err)
		}
		hash, err := s.newHash(r, a.Name, a.Email)
		if err != nil {
			return edge.Redraw(err, door(title(p)), linkPage(viewOf(r, a, p, err))), nil
		}
		a.Generation, err = edge.Once(r, a.Actor(), func(ctx context.Context, tx *txn.Tx) (int, error) {
			if _, err := link.Use(ctx, tx, s.Links, p, r.Param("token")); err != nil {
				return 0, err
			}
			return access.SetPassword(ctx, tx, a.ID, hash, how)
		})
		if err != nil {
			return ended(err)
		}
		// A mail proves the mailbox; who has a password already, and maybe a second factor, comes in by those.
		if p != link.StaffInvite || a.TOTP {
			return edge.SeeOther("/login", edge.Done("done.password_set")), nil
		}
		if err := s.enter(r, a, how); err != nil {
			return edge.Reply{}, err
		}
		return edge.SeeOther("/"), nil
	}
}

// newHash reads the field "password" and makes what is stored of it.
func (s *Room) newHash(r *edge.Request, name, email string) (string, error) {
	if err := r.Invalid().Err(); err != nil {
		return "", err
	}
	password := r.Raw("password")
	if err := access.CheckPassword(password, name, email, s.Company(r.Context())); err != nil {
		return "", err
	}
	return s.Proof.Hash(r.Context(), password)
}
