package customers

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"packhouse/internal/id"
	"packhouse/internal/money"
	"packhouse/internal/pgtest"
	"packhouse/internal/problem"
	"packhouse/internal/trade"
	"packhouse/internal/txn"
)

var seed atomic.Int64

// mail is an address nobody else in the tests has.
func mail() string { return fmt.Sprintf("Anna.%d@Example.com", seed.Add(1)) }

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func made(t *testing.T, tx *txn.Tx, d Details) Customer {
	t.Helper()
	if d.Kind == "" {
		d.Kind = Person
	}
	if d.Name == "" {
		d.Name = "Anna Müller"
	}
	c, err := Create(t.Context(), tx, d)
	must(t, err)
	got, err := ByID(t.Context(), tx, c)
	must(t, err)
	return got
}

func field(t *testing.T, err error, path, code string) {
	t.Helper()
	if v, ok := errors.AsType[*problem.Invalid](err); ok {
		for _, f := range v.Fields {
			if f.Path == path && f.Code == code {
				return
			}
		}
	}
	t.Fatalf("got %v, want %s at %s", err, code, path)
}

func TestTheSameEmailInAnyCaseOrTheSameTaxNumberIsOneCustomer(t *testing.T) {
	t.Parallel()
	tx := pgtest.Tx(t)
	address := mail()
	first, created, err := Match(t.Context(), tx, Identity{Name: "Anna Müller", Email: address, TaxID: "DE 136 695 976"})
	must(t, err)
	if !created || first.Kind != Company || first.TaxID != "DE136695976" {
		t.Errorf("made %+v", first)
	}
	for _, again := range []Identity{{Name: "A. Mueller", Email: strings.ToUpper(address)}, {Name: "Somebody", Email: mail(), TaxID: "de136695976"}} {
		c, created, err := Match(t.Context(), tx, again)
		must(t, err)
		if created || c.ID != first.ID {
			t.Errorf("%+v made another customer", again)
		}
	}
}

func TestAFormNeverChangesACustomerWhoIsKnown(t *testing.T) {
	t.Parallel()
	tx := pgtest.Tx(t)
	address := mail()
	known := made(t, tx, Details{Name: "Anna Müller", Email: address, Phone: "+49 30 123456", TermsDays: 30, NoteInternal: "careful"})
	c, created, err := Match(t.Context(), tx, Identity{Name: "Mallory", Email: address, Phone: "+1 212 555 0100", Language: "de"})
	must(t, err)
	after, err := ByID(t.Context(), tx, known.ID)
	must(t, err)
	if created || c.ID != known.ID || after.Name != known.Name || after.Phone != known.Phone || after.Version != known.Version || after.Language != known.Language {
		t.Errorf("before %+v, after %+v", known, after)
	}
}

func TestManyOrdersOfOneNewCustomerAtOnceMakeOneCustomer(t *testing.T) {
	t.Parallel()
	db := pgtest.DB(t)
	var ids [12]id.Customer
	var news atomic.Int64
	var wg sync.WaitGroup
	for i := range ids {
		wg.Go(func() {
			out, err := txn.Do(t.Context(), db.DB, txn.Actor{Kind: txn.Visitor}, txn.Once(), func(ctx context.Context, tx *txn.Tx) (Customer, error) {
				c, created, err := Match(ctx, tx, Identity{Name: "Anna", Email: "anna@example.com", TaxID: "DE136695976"})
				if created {
					news.Add(1)
				}
				tx.Quiet("a test")
				return c, err
			})
			if err != nil {
				t.Error(err)
			}
			ids[i] = out.Value.ID
		})
	}
	wg.Wait()
	for _, one := range ids {
		if one != ids[0] || one == 0 {
			t.Fatalf("several customers: %v", ids)
		}
	}
	if news.Load() != 1 {
		t.Errorf("made %d times", news.Load())
	}
}

func TestATakenEmailOrTaxNumberNamesWhoHasIt(t *testing.T) {
	t.Parallel()
	tx := pgtest.Tx(t)
	address := mail()
	made(t, tx, Details{Email: address})
	_, err := Create(t.Context(), tx, Details{Kind: Person, Name: "Other", Email: strings.ToLower(address)})
	field(t, err, "email", "customer.email_taken")
	made(t, tx, Details{Kind: Company, TaxID: "ATU13585627"})
	_, err = Create(t.Context(), tx, Details{Kind: Company, Name: "Other", TaxID: "ATU 13585627"})
	field(t, err, "tax_id", "customer.tax_id_taken")
}

func TestEverythingWrongIsToldAtOnce(t *testing.T) {
	t.Parallel()
	tx := pgtest.Tx(t)
	less := money.Of(-1, "EUR")
	_, err := Create(t.Context(), tx, Details{Kind: "dog", Email: "nobody", Phone: "12", TaxID: "DE12", Language: "xx", TermsDays: -1, CreditLimit: &less})
	for _, path := range []string{"kind", "name", "email", "phone", "tax_id", "language", "terms_days", "credit_limit"} {
		if v, ok := errors.AsType[*problem.Invalid](err); !ok || !v.Has(path) {
			t.Errorf("%s was taken: %v", path, err)
		}
	}
}

func TestEventsNameTheFieldsAndNeverThePersonalValues(t *testing.T) {
	t.Parallel()
	tx := pgtest.Tx(t)
	c := made(t, tx, Details{Name: "Canary Bird", Email: mail(), Phone: "+493012345678", NoteInternal: "canary note"})
	d := c.Details
	d.Name, d.Phone, d.TermsDays = "Canary Wing", "+493087654321", 14
	must(t, Change(t.Context(), tx, c.ID, c.Version, d))
	_, err := AddAddress(t.Context(), tx, c.ID, Address{Shipping: true, Address: trade.Address{Name: "Canary Bird", Line1: "Canary 1", City: "Berlin", Postcode: "10115", Country: "DE"}})
	must(t, err)
	_, err = AddContact(t.Context(), tx, c.ID, Contact{Name: "Canary Kid"})
	must(t, err)
	must(t, tx.Flush(t.Context()))
	var leaks, changed int
	must(t, tx.QueryRow(t.Context(), `select count(*) filter (where data::text ~* 'canary|49301|49308|example'), count(*) filter (where kind = 'customer.changed')
		from events where subject_type = 'customer' and subject_id = $1`, c.ID).Scan(&leaks, &changed))
	if leaks != 0 || changed != 1 {
		t.Errorf("%d events hold personal data, %d tell of the change", leaks, changed)
	}
	told, err := History(t.Context(), tx, c.ID, 10)
	must(t, err)
	last := told[len(told)-2]
	if len(last.Fields) != 2 || len(last.Changes) != 1 || last.Changes[0] != (problem.Change{Field: "terms_days", Before: "0", After: "14"}) {
		t.Errorf("the timeline says %+v", last)
	}
}

func TestACustomerChangedMeanwhileIsStaleAndSaysWhat(t *testing.T) {
	t.Parallel()
	tx := pgtest.Tx(t)
	c := made(t, tx, Details{Email: mail()})
	first := c.Details
	first.Name = "Anna Schmidt"
	must(t, Change(t.Context(), tx, c.ID, c.Version, first))
	second := c.Details
	second.TermsDays = 30
	err := Change(t.Context(), tx, c.ID, c.Version, second)
	s, ok := errors.AsType[*problem.Stale](err)
	if !ok || s.Version != c.Version+1 || len(s.Changes) != 1 || s.Changes[0].Field != "name" || s.Changes[0].After != "Anna Schmidt" || s.ByName != pgtest.Actor.Name {
		t.Errorf("the second change answers %+v", err)
	}
}

func TestErasureEmptiesWhatIsPersonalAndKeepsTheNumber(t *testing.T) {
	t.Parallel()
	tx := pgtest.Tx(t)
	address := mail()
	c := made(t, tx, Details{Email: address, Phone: "+493012345678", NotePublic: "gate 3", TermsDays: 30})
	_, err := AddAddress(t.Context(), tx, c.ID, Address{Shipping: true, Address: trade.Address{Name: "Anna", Line1: "Weg 1", City: "Berlin", Postcode: "10115", Country: "DE"}})
	must(t, err)
	err = Erase(t.Context(), tx, c.ID, c.Version, 2, "asked by mail")
	if no, ok := errors.AsType[*problem.Refusal](err); !ok || no.Code != "refused.customer_has_orders" {
		t.Fatalf("erased although orders are open: %v", err)
	}
	must(t, Erase(t.Context(), tx, c.ID, c.Version, 0, "asked by mail"))
	after, err := ByID(t.Context(), tx, c.ID)
	must(t, err)
	if !after.Erased() || after.Name != "Erased customer "+c.Number || after.Email != "" || after.Phone != "" || after.NotePublic != "" || after.TermsDays != 30 {
		t.Errorf("left: %+v", after)
	}
	left, err := Addresses(t.Context(), tx, c.ID)
	must(t, err)
	found, err := Find(t.Context(), tx, "12345678", 10)
	must(t, err)
	for _, f := range found {
		if f.ID == c.ID {
			t.Error("found by the telephone that was erased")
		}
	}
	if len(left) != 0 {
		t.Errorf("%d addresses are left", len(left))
	}
	if err := Change(t.Context(), tx, c.ID, after.Version, c.Details); err == nil {
		t.Error("an erased customer was given data again")
	}
	if again, created, err := Match(t.Context(), tx, Identity{Name: "Anna", Email: address}); err != nil || !created || again.ID == c.ID {
		t.Errorf("the next order of the same person: %+v, %v", again, err)
	}
}

func TestFoundByAnythingOneMayRemember(t *testing.T) {
	t.Parallel()
	tx := pgtest.Tx(t)
	n := seed.Add(1)
	address := mail()
	c := made(t, tx, Details{Kind: Company, Name: fmt.Sprintf("Łódź Möbel%d GmbH", n), Email: address, Phone: fmt.Sprintf("+49 30 77%07d", n), TaxID: "PL8567346215"})
	for _, q := range []string{c.Number, address, strings.ToUpper(address), "pl8567346215", "8567346215", fmt.Sprintf("lodz mobel%d", n), fmt.Sprintf("MÖBEL%d łó", n),
		fmt.Sprintf("030 77%07d", n), fmt.Sprintf("0049 (0)30/77%07d", n), fmt.Sprintf("77%07d", n)} {
		found, err := Find(t.Context(), tx, q, 5)
		must(t, err)
		if len(found) == 0 || found[0].ID != c.ID {
			t.Errorf("%q finds %+v", q, found)
		}
	}
	for _, q := range []string{"", "%", "_", `\`, "＼", "'; drop table customers; --", strings.Repeat("x ", 99), "\u202e", "😀"} {
		if _, err := Find(t.Context(), tx, q, 5); err != nil {
			t.Errorf("%q: %v", q, err)
		}
	}
}

func TestTheListIsReadForwardsAndBackwards(t *testing.T) {
	t.Parallel()
	tx := pgtest.Tx(t)
	n := seed.Add(1)
	for i := range 5 {
		made(t, tx, Details{Name: fmt.Sprintf("Paging%d %c", n, 'e'-rune(i))})
	}
	q := ListQuery{Search: fmt.Sprintf("paging%d", n), Limit: 2}
	first, more, err := List(t.Context(), tx, q)
	must(t, err)
	if !more || len(first) != 2 || !strings.HasSuffix(first[0].Name, "a") {
		t.Fatalf("first page %+v", first)
	}
	q.After = Cursor{first[1].Name, first[1].ID}
	second, _, err := List(t.Context(), tx, q)
	must(t, err)
	q.After, q.Before = Cursor{}, Cursor{second[0].Name, second[0].ID}
	back, more, err := List(t.Context(), tx, q)
	must(t, err)
	if more || len(back) != 2 || back[0].ID != first[0].ID {
		t.Errorf("back on %+v", back)
	}
}

func TestASecondImportChangesNothing(t *testing.T) {
	t.Parallel()
	tx := pgtest.Tx(t)
	in := Imported{ExternalRef: fmt.Sprintf("uci:%d", seed.Add(1)), Details: Details{Kind: Company, Name: "Customer 12346"},
		Address: &trade.Address{Company: "Customer 12346", Line1: "-", City: "-", Country: "GB"}}
	first, created, err := Upsert(t.Context(), tx, in)
	must(t, err)
	in.Name = "Another name"
	again, twice, err := Upsert(t.Context(), tx, in)
	must(t, err)
	if !created || twice || again.ID != first.ID || again.Name != "Customer 12346" {
		t.Errorf("first %+v, again %+v", first, again)
	}
}

func TestTwinsAreHintedAtByNameAndTelephone(t *testing.T) {
	t.Parallel()
	tx := pgtest.Tx(t)
	n := seed.Add(1)
	c := made(t, tx, Details{Name: fmt.Sprintf("Jörg Twin%d", n), Phone: fmt.Sprintf("+49 40 88%07d", n)})
	byName := made(t, tx, Details{Name: fmt.Sprintf("jorg twin%d", n)})
	byPhone := made(t, tx, Details{Name: "Somebody Else", Phone: fmt.Sprintf("040 88%07d", n)})
	twins, err := Twins(t.Context(), tx, c)
	must(t, err)
	if len(twins) != 2 || twins[0].ID != byName.ID || !twins[0].SameName || twins[1].ID != byPhone.ID || !twins[1].SamePhone {
		t.Errorf("hints at %+v", twins)
	}
}

// A22
func TestTheCardAddsUpWhatWasOrdered(t *testing.T) {
	t.Parallel()
	tx := pgtest.Tx(t)
	c := made(t, tx, Details{Email: mail()})
	_, err := tx.Exec(t.Context(), `
		with e as (insert into settings_entities (name, country, currency) values ('Us', 'DE', 'EUR') returning id),
		h as (insert into channels (code, name, kind, entity_id, currency, prices_include_tax) select 'card' || $1::bigint, 'Shop', 'shop', e.id, 'EUR', true from e returning id, entity_id),
		o as (insert into sales_orders (number, state, channel_id, entity_id, customer_id, currency, prices_include_tax, placed_at)
			select 'C' || $1::bigint || '-' || g, 'placed', h.id, h.entity_id, $1, 'EUR', true, now() from h, generate_series(1, 3) g returning id, number, channel_id)
		insert into sales_order_progress (order_id, number, bucket, state, channel_id, customer_id, customer_name, placed_at, line_count, ordered, reserved, total_minor, currency, sentence)
		select o.id, o.number, case when o.number like '%-1' then 'cancelled' else 'review' end, 'placed', o.channel_id, $1, 'Anna', now(), 1, 1, 0, 1000, 'EUR', 'x' from o`, c.ID)
	must(t, err)
	card, err := Card(t.Context(), tx, c.ID, "Europe/Berlin")
	must(t, err)
	if card.Orders != 3 || card.Open != 2 || len(card.Volume) != 1 || card.Volume[0] != money.Of(2000, "EUR") || card.Last == 0 {
		t.Errorf("the card says %+v", card)
	}
	for which, want := range map[string]int{OrdersAll: 3, OrdersOpen: 2, OrdersYear: 3, Orders12: 2} {
		page, _, err := Orders(t.Context(), tx, OrderQuery{Customer: c.ID, Which: which, Zone: "UTC", Limit: 50})
		must(t, err)
		if len(page) != want {
			t.Errorf("behind %q stand %d orders, want %d", which, len(page), want)
		}
	}
	page, more, err := Orders(t.Context(), tx, OrderQuery{Customer: c.ID, Zone: "UTC", Limit: 2})
	must(t, err)
	next, _, err := Orders(t.Context(), tx, OrderQuery{Customer: c.ID, Zone: "UTC", Limit: 2, After: OrderCursor{page[1].PlacedAt, page[1].ID}})
	must(t, err)
	if !more || len(next) != 1 {
		t.Errorf("pages of %d and %d orders", len(page), len(next))
	}
}
