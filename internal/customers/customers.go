// Package customers owns who buys: people and companies, their contacts and
// addresses, and the terms they buy on.
//
// Words: a customer is a person or a company that orders; a contact is somebody
// who speaks for a customer; an address belongs to a customer and is copied
// onto orders as it is at that moment; terms are how many days there are to
// pay. Words to avoid: client, account, debtor.
//
// One person or firm is one customer: by e-mail, whatever its case, and by tax
// number. What a stranger types into the public form never changes a customer
// who is known already.
//
// Personal data stands in the tables of this package and in the snapshots of
// orders only: events name the fields that changed and never their values, so
// it can be erased on request.
package customers

import (
	"slices"
	"strings"
	"time"

	"packhouse/internal/id"
	"packhouse/internal/money"
	"packhouse/internal/problem"
	"packhouse/internal/trade"
)

// The kinds of customer.
const (
	Person  = "person"
	Company = "company"
)

// Languages are those that mails and the customer's pages can speak.
var Languages = []string{"en", "de"}

// Limits of what one customer may have, and of texts in characters.
const (
	maxName      = 200
	maxNote      = 4000
	maxTermsDays = 3650
	maxAddresses = 500
	maxContacts  = 200
)

// Details are what a person may say about a customer.
type Details struct {
	Kind         string // Person or Company
	Name         string
	Email        string // empty: none
	Phone        string
	TaxID        string
	TaxCountry   string // country of a tax number typed without its prefix
	Language     string
	TermsDays    int
	CreditLimit  *money.Amount // nil: none is set, and nothing is refused for it
	PriceList    id.PriceList  // 0: base prices
	TaxExempt    bool
	NotePublic   string // the customer may read it
	NoteInternal string
}

// Customer is a customer as stored.
type Customer struct {
	ID          id.Customer
	Number      string
	ExternalRef string
	Details
	Version   int64
	CreatedAt time.Time
	ErasedAt  time.Time // zero: not erased
}

// Erased reports whether the personal data was erased.
func (c Customer) Erased() bool { return !c.ErasedAt.IsZero() }

// Checked is d cleaned, with everything wrong with it noted.
func (d Details) Checked(v *problem.Invalid) Details {
	if d.Kind != Person && d.Kind != Company {
		v.Add("kind", "not_a_choice")
	}
	d.Name = trade.ReadLine(v, "name", d.Name, maxName)
	if d.Name == "" && !v.Has("name") {
		v.Add("name", "required")
	}
	d.Email = trade.ReadEmail(v, "email", d.Email)
	d.Phone = phone(v, "phone", d.Phone, d.TaxCountry)
	if strings.TrimSpace(d.TaxID) != "" {
		d.TaxID = taxID(v, d.TaxID, d.TaxCountry)
	} else {
		d.TaxID = ""
	}
	if d.Language == "" {
		d.Language = Languages[0]
	}
	if !slices.Contains(Languages, d.Language) {
		v.Add("language", "not_a_choice")
	}
	if d.TermsDays < 0 || d.TermsDays > maxTermsDays {
		v.Add("terms_days", "customer.terms_days", "max", maxTermsDays)
	}
	if d.CreditLimit != nil && d.CreditLimit.Minor < 0 {
		v.Add("credit_limit", "too_small", "min", 0)
	}
	d.NotePublic = trade.ReadText(v, "note_public", d.NotePublic, maxNote)
	d.NoteInternal = trade.ReadText(v, "note_internal", d.NoteInternal, maxNote)
	return d
}

// phone keeps a number with its country code where it can be understood, and
// otherwise as typed: a switchboard with an odd extension is still a way to
// reach somebody. Fewer than five digits are no number.
func phone(v *problem.Invalid, path, typed, country string) string {
	typed = trade.ReadLine(v, path, typed, 40)
	if typed == "" {
		return ""
	}
	if clean, err := trade.E164(typed, country); err == nil {
		return clean
	}
	if len(trade.PhoneDigits(typed)) < 5 && !v.Has(path) {
		v.Add(path, "bad_phone")
	}
	return typed
}

func taxID(v *problem.Invalid, typed, country string) string {
	clean, err := trade.TaxID(typed, country)
	if wrong, ok := err.(*problem.Invalid); ok {
		for _, f := range wrong.Fields {
			f.Path = "tax_id"
			v.Fields = append(v.Fields, f)
		}
	}
	return clean
}

// personal are the fields whose values never stand in an event.
var personal = []string{"name", "email", "phone", "tax_id", "note_public", "note_internal"}

// changes are the fields in which two sets of details differ.
func (d Details) changes(o Details) []problem.Change {
	var out []problem.Change
	note := func(field, before, after string) {
		if before != after {
			out = append(out, problem.Change{Field: field, Before: before, After: after})
		}
	}
	note("kind", d.Kind, o.Kind)
	note("name", d.Name, o.Name)
	note("email", d.Email, o.Email)
	note("phone", d.Phone, o.Phone)
	note("tax_id", d.TaxID, o.TaxID)
	note("language", d.Language, o.Language)
	note("terms_days", number(d.TermsDays), number(o.TermsDays))
	note("credit_limit", limit(d.CreditLimit), limit(o.CreditLimit))
	note("price_list", number(int(d.PriceList)), number(int(o.PriceList)))
	note("tax_exempt", yes(d.TaxExempt), yes(o.TaxExempt))
	note("note_public", d.NotePublic, o.NotePublic)
	note("note_internal", d.NoteInternal, o.NoteInternal)
	return out
}

// tellable are changes as an event may keep them: personal values left out.
func tellable(changes []problem.Change) []problem.Change {
	out := slices.Clone(changes)
	for i := range out {
		if slices.Contains(personal, out[i].Field) {
			out[i].Before, out[i].After = "", ""
		}
	}
	return out
}
