// Package link owns secret links: addresses that open one thing to whoever
// holds them, without signing in.
//
// Words: a link has a purpose (what it opens), a subject (which one), a
// generation (raised to make older secrets worthless) and an end. The secret is
// the part of the address that proves the right; it is computed from the key
// and never stored, so a copy of the database opens nothing and a mail can be
// written again. A once-link works for one use.
//
// Whatever is wrong with a secret (garbage, another purpose, expired, revoked,
// rotated, used) the answer is the same problem.NotFound.
package link

import (
	"time"

	"packhouse/internal/id"
)

// Purpose is what a link opens. The list is closed: a secret made for one
// purpose never opens another, since the purpose is part of what is signed.
type Purpose struct {
	name string
	once bool
	ttl  time.Duration
}

// String is the purpose as it is stored.
func (p Purpose) String() string { return p.name }

// Once reports whether its links work for one use only.
func (p Purpose) Once() bool { return p.once }

// Lasts is how long its links live when nobody says otherwise.
func (p Purpose) Lasts() time.Duration { return p.ttl }

const day = 24 * time.Hour

// The purposes.
var (
	Status      = Purpose{"status", false, 400 * day}            // the customer's page of one order
	ShopLogin   = Purpose{"shop_login", true, 30 * time.Minute}  // a customer signs in to the shop
	StaffInvite = Purpose{"staff_invite", true, 7 * day}         // a new member of staff sets a password
	StaffReset  = Purpose{"staff_reset", true, 30 * time.Minute} // a member of staff sets a new password
	Invoice     = Purpose{"invoice", false, 90 * day}            // one invoice as a document
	Return      = Purpose{"return", false, 90 * day}             // asking for the return of one order
	Quote       = Purpose{"quote", false, 90 * day}              // one quote, to be accepted
)

var purposes = []Purpose{Status, ShopLogin, StaffInvite, StaffReset, Invoice, Return, Quote}

func purposeNamed(name string) (Purpose, bool) {
	for _, p := range purposes {
		if p.name == name {
			return p, true
		}
	}
	return Purpose{}, false
}

// Subject is what a link opens: a type ("order", "customer", "user") and its id.
type Subject struct {
	Type string
	ID   int64
}

// Link is what a secret is made from.
type Link struct {
	ID         id.Link
	Purpose    Purpose
	Generation int
	Subject    Subject
	ExpiresAt  time.Time
}
