package access

import (
	"slices"

	"packhouse/internal/id"
	"packhouse/internal/txn"
)

// Person is the member of staff who asks, as the database knew them when this
// request began: a change of role acts on the next request. The zero Person is
// nobody.
type Person struct {
	ID        id.User
	Name      string
	Email     string
	Role      Role
	Lang      string        // of the mails to them: "en", "de"; empty: the company's
	Locations []id.Location // bound to these; empty: all
	TOTP      bool          // has a second factor
	MustEnrol bool          // the policy wants a second factor and there is none yet: may do nothing else
	Session   int64         // the session this request came with
	Fresh     bool          // proved the password within the last minutes
}

// SignedIn reports whether it is anybody at all.
func (p Person) SignedIn() bool { return p.ID != 0 }

// At reports whether the person may work at the location.
func (p Person) At(l id.Location) bool {
	return len(p.Locations) == 0 || slices.Contains(p.Locations, l)
}

// Actor is the person as the author of a change.
func (p Person) Actor() txn.Actor {
	return txn.Actor{Kind: txn.Staff, ID: int64(p.ID), Name: p.Name}
}

// Can reports whether the person may. It is the one question that routes, menus
// and buttons ask.
func Can(p Person, perm Permission) bool {
	switch perm {
	case Public, SecretLink:
		return true
	case SignedIn:
		return p.SignedIn()
	}
	return p.SignedIn() && !p.MustEnrol && p.Role.May(perm)
}

// Can is Can(p, perm), for pages.
func (p Person) Can(perm Permission) bool { return Can(p, perm) }
