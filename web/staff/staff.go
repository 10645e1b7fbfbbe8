// Package staff holds the pages of the house's own people: signing in and out,
// the account, and who may do what.
package staff

import (
	"context"
	"time"

	"packhouse/internal/access"
	"packhouse/internal/link"
	"packhouse/internal/pg"
	"packhouse/web/edge"
)

// Config is what the pages need.
type Config struct {
	Read    pg.Reader
	Proof   *access.Proof
	Links   link.Keys
	Company func(ctx context.Context) string // its name: no password may be mostly that, and authenticator apps show it
}

// Room serves the pages.
type Room struct{ Config }

// New makes the room.
func New(c Config) *Room {
	if c.Company == nil {
		c.Company = func(context.Context) string { return "Packhouse" }
	}
	return &Room{c}
}

// How often may be tried: by one address on each route, and for one account
// from everywhere.
const (
	tries       = 10
	triesWindow = 15 * time.Minute
)

// Routes adds the room's routes.
func (s *Room) Routes(r *edge.Router) {
	door := []edge.Option{edge.ForStaff(), edge.Body(16 << 10), edge.Limit("door", 60, 15*time.Minute)}
	page := edge.ForStaff()

	r.Get("/login", access.Public, s.login, page)
	r.Post("/login", access.Public, s.signIn, door...)
	r.Get("/login/code", access.Public, s.askCode, page)
	r.Post("/login/code", access.Public, s.takeCode, door...)
	r.Post("/logout", access.Public, s.signOut, page)
	r.Get("/forgot", access.Public, s.forgot, page)
	r.Post("/forgot", access.Public, s.sendReset, door...)
	r.Get("/reset/{token}", access.SecretLink, s.showLink(link.StaffReset), page)
	r.Post("/reset/{token}", access.SecretLink, s.useLink(link.StaffReset), door...)
	r.Get("/invite/{token}", access.SecretLink, s.showLink(link.StaffInvite), page)
	r.Post("/invite/{token}", access.SecretLink, s.useLink(link.StaffInvite), door...)

	r.Get("/account", access.SignedIn, s.account)
	r.Post("/account", access.SignedIn, s.rename)
	r.Post("/account/password", access.SignedIn, s.changePassword)
	r.Get("/account/two-factor", access.SignedIn, s.offerTOTP)
	r.Post("/account/two-factor", access.SignedIn, s.confirmTOTP)
	r.Post("/account/two-factor/off", access.SignedIn, s.removeOwnTOTP)
	r.Post("/account/recovery", access.SignedIn, s.renewCodes)
	r.Post("/account/sessions/end", access.SignedIn, s.endOwnSessions)
	r.Post("/account/sessions/{id}/end", access.SignedIn, s.endOwnSession)

	r.Get("/staff", access.StaffManage, s.list)
	r.Get("/staff/roles", access.SignedIn, s.roles)
	r.Get("/staff/policy", access.StaffManage, s.policy)
	r.Post("/staff/policy", access.StaffManage, s.savePolicy)
	r.Get("/staff/invite", access.StaffManage, s.newPerson)
	r.Post("/staff/invite", access.StaffManage, s.invite)
	r.Get("/staff/{id}", access.StaffManage, s.person)
	r.Post("/staff/{id}", access.StaffManage, s.savePerson)
	r.Post("/staff/{id}/disable", access.StaffManage, s.disable)
	r.Post("/staff/{id}/enable", access.StaffManage, s.enable)
	r.Post("/staff/{id}/link", access.StaffManage, s.sendLink)
	r.Post("/staff/{id}/two-factor/off", access.StaffManage, s.removeTOTP)
	r.Post("/staff/{id}/sessions/end", access.StaffManage, s.endSessions)
}
