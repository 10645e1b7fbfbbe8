// Package notify owns the mails the house writes: which are to be sent, what
// they say, what became of them. It leaves deciding when to the flows, and
// running the queue to internal/worker.
//
// Words: a mail is one row for ever per event, recipient, kind and copy; a copy
// is the same mail sent again because a person asked. It is queued, then sent,
// or failed (a server refused it for good, or for too long), or suppressed
// (written down, and never sent). The lease is the time one worker has to send.
//
// Exactly one mail leaves for an event, whatever dies, but for one case that no
// mail system is free of: the server has taken the mail and the line or the
// worker dies before we have written that down. Then it is sent again with the
// same Message-ID, by which the recipient's program knows it as the same.
package notify

import (
	"packhouse/internal/id"
	"packhouse/internal/link"
	"packhouse/internal/problem"
)

// Kind is what a mail is about. The list is closed: each kind has its subject,
// text and layout in the words of every language.
type Kind struct {
	name    string
	order   bool         // shows the order and is about it
	purpose link.Purpose // of the link it carries
	staff   bool         // for staff, not customers
}

// String is the kind as it is stored.
func (k Kind) String() string { return k.name }

// Code is the words key of its name, "mail.kind.order.received".
func (k Kind) Code() string { return "mail.kind." + k.name }

// Once reports whether it carries a link that works once: such a mail is asked
// for anew and cannot be sent again.
func (k Kind) Once() bool { return k.purpose.Once() }

// The kinds.
var (
	OrderReceived  = Kind{name: "order.received", order: true, purpose: link.Status}
	OrderConfirmed = Kind{name: "order.confirmed", order: true, purpose: link.Status}
	OrderCancelled = Kind{name: "order.cancelled", order: true, purpose: link.Status}
	ShopLogin      = Kind{name: "shop.login", purpose: link.ShopLogin}
	StaffInvite    = Kind{name: "staff.invite", purpose: link.StaffInvite, staff: true}
	StaffReset     = Kind{name: "staff.reset", purpose: link.StaffReset, staff: true}
)

// Kinds in the order they are offered.
var Kinds = []Kind{OrderReceived, OrderConfirmed, OrderCancelled, ShopLogin, StaffInvite, StaffReset}

// KindNamed finds a kind as it is stored.
func KindNamed(name string) (Kind, bool) {
	for _, k := range Kinds {
		if k.name == name {
			return k, true
		}
	}
	return Kind{}, false
}

// Why says who kept a mail from being sent; empty when nobody did.
type Why string

// The reasons.
const (
	Sent      Why = ""        // it is to be sent
	ByChannel Why = "channel" // the channel sends no mail
	ByChoice  Why = "choice"  // the person who acted ticked "no mail"
	ByImport  Why = "import"  // an import: it happened long ago
)

// Mail is one mail to be written.
type Mail struct {
	ID       id.Mail  // reserved from the sequence of notify_mails
	Order    id.Order // 0 when it is about none
	Kind     Kind
	To       string // one e-mail address; empty: nobody to write to, and no mail
	Language string
	Args     problem.Args // of its sentences: "name", "reason"; and "link" (id.Link) for a once-link
	Suppress Why
}

// House is what every mail says about who sends it.
type House struct {
	Name    string // of the company
	Colour  string // "#0b5f66"
	From    string // sender and reply address
	BaseURL string // of the pages that links lead to, without a slash at the end
	Zone    string // IANA name; days are told in it
}

// Paths where the secrets of links are read, by purpose.
var paths = map[link.Purpose]string{
	link.Status:      "/o/",
	link.ShopLogin:   "/shop/login/",
	link.StaffInvite: "/invite/",
	link.StaffReset:  "/reset/",
}
