package staff_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"packhouse/internal/access"
	"packhouse/internal/id"
	"packhouse/internal/link"
	"packhouse/internal/txn"
	"packhouse/web/edge/edgetest"
)

// mailed is the address in the latest mail to somebody.
func (h *house) mailed(t *testing.T, to string) string {
	t.Helper()
	var n int64
	var kind string
	err := h.Pools.Write.QueryRow(t.Context(), `select (args->>'link')::bigint, kind from notify_mails where recipient = $1 order by id desc limit 1`, to).Scan(&n, &kind)
	if err != nil {
		t.Fatalf("no mail to %s: %v", to, err)
	}
	l, err := link.Get(t.Context(), h.Pools.Read, id.Link(n))
	if err != nil {
		t.Fatal(err)
	}
	return "/" + strings.TrimPrefix(kind, "staff.") + "/" + h.links.Secret(l)
}

func TestAnInvitationLetsSomebodyInOnce(t *testing.T) {
	t.Parallel()
	h := open(t)
	admin, _ := h.as(t, access.Admin)
	a := admin.Submit("/staff/invite", "/staff/invite", url.Values{"name": {"Grace Hopper"}, "email": {"Grace@example.test"}, "role": {"warehouse"}})
	if a.Status != http.StatusSeeOther {
		t.Fatalf("invite: status %d %s", a.Status, a.Text())
	}
	if again := admin.Submit("/staff/invite", "/staff/invite", url.Values{"name": {"Another"}, "email": {"gRACE@example.test"}, "role": {"sales"}}); again.Status != http.StatusUnprocessableEntity || !strings.Contains(again.Body, "Another") {
		t.Errorf("the same e-mail in other letters: status %d", again.Status)
	}
	path := h.mailed(t, "Grace@example.test")
	b := h.browser(t)
	for range 2 { // a program that reads mails follows links too
		if s := b.Get(path).Status; s != http.StatusOK {
			t.Fatalf("the link answers %d", s)
		}
	}
	if bad := b.Submit(path, path, url.Values{"password": {"short"}}); bad.Status != http.StatusUnprocessableEntity {
		t.Errorf("a short password: status %d", bad.Status)
	}
	if good := b.Submit(path, path, url.Values{"password": {"a nanosecond of wire"}}); good.Status != http.StatusSeeOther || !inside(b) {
		t.Fatalf("the password: status %d %s", good.Status, good.Text())
	}
	for _, used := range []*edgetest.Answer{h.browser(t).Get(path), h.browser(t).Post(path, url.Values{"password": {"another nanosecond"}})} {
		if used.Status != http.StatusGone {
			t.Errorf("the used link answers %d", used.Status)
		}
	}
	if s := b.Get("/staff").Status; s != http.StatusForbidden {
		t.Errorf("somebody of the warehouse sees the staff: %d", s)
	}
}

func TestLinksOpenOnlyTheirOwnPurposeAndTime(t *testing.T) {
	t.Parallel()
	h := open(t)
	who := edgetest.Add(t, h.Database, access.Sales)
	h.browser(t).Post("/forgot", url.Values{"email": {who.Email}})
	path := h.mailed(t, who.Email)
	for _, other := range []string{strings.Replace(path, "/reset/", "/invite/", 1), "/reset/", "/reset/%20", "/reset/%00", "/reset/null", "/reset/" + strings.Repeat("A", 100000), path[:len(path)-1] + "_"} {
		if s := h.browser(t).Get(other).Status; s != http.StatusGone && s != http.StatusNotFound {
			t.Errorf("%.60s answers %d", other, s)
		}
	}
	if a := h.browser(t).Get(path); a.Status != http.StatusOK || a.Header.Get("Referrer-Policy") != "no-referrer" {
		t.Errorf("the link answers %d, referrer %q", a.Status, a.Header.Get("Referrer-Policy"))
	}
	h.exec(t, `update links set expires_at = now() - interval '1 second'`)
	if s := h.browser(t).Get(path).Status; s != http.StatusGone {
		t.Errorf("an expired link answers %d", s)
	}
}

func TestAForgottenPasswordSaysTheSameToEverybody(t *testing.T) {
	t.Parallel()
	h := open(t)
	b, who := h.as(t, access.Manager)
	enrol(t, b)
	known, unknown := h.browser(t), h.browser(t)
	k, u := known.Post("/forgot", url.Values{"email": {who.Email}}), unknown.Post("/forgot", url.Values{"email": {"nobody@example.test"}})
	if k.Status != u.Status || k.Location() != u.Location() || known.Get("/login").Text() != unknown.Get("/login").Text() {
		t.Error("the answer tells who is known")
	}
	if n := h.count(t, `select count(*) from notify_mails`); n != 1 {
		t.Errorf("%d mails, want 1", n)
	}
	path := h.mailed(t, who.Email)
	fresh := h.browser(t)
	a := fresh.Submit(path, path, url.Values{"password": {"entirely new words"}})
	if a.Location() != "/login" || inside(fresh) {
		t.Errorf("a mailbox alone opens an account with a second factor: %q", a.Location())
	}
	if inside(b) {
		t.Error("a session outlives the reset")
	}
	if a := fresh.Post("/login", url.Values{"email": {who.Email}, "password": {"entirely new words"}}); a.Location() != "/login/code" {
		t.Errorf("the new password leads to %q", a.Location())
	}
}

func TestAStalePersonIsRefusedWithWhatWasTyped(t *testing.T) {
	t.Parallel()
	h := open(t)
	admin, _ := h.as(t, access.Admin)
	who := edgetest.Add(t, h.Database, access.Sales)
	path := fmt.Sprintf("/staff/%d", who.ID)
	form := admin.Get(path).Form(path)
	if a := admin.Submit(path, path, url.Values{"name": {"Renamed First"}}); a.Status != http.StatusSeeOther {
		t.Fatalf("status %d %s", a.Status, a.Text())
	}
	form.Set("name", "Typed Second")
	a := admin.Post(path, form)
	if a.Status != http.StatusConflict || !strings.Contains(a.Body, "Typed Second") || !strings.Contains(a.Text(), "Renamed First") {
		t.Errorf("status %d: %s", a.Status, a.Text())
	}
}

func TestFieldsThatAreNotOfTheFormChangeNothing(t *testing.T) {
	t.Parallel()
	h := open(t)
	b, who := h.as(t, access.Sales)
	form := url.Values{"name": {"Harmless"}, "role": {"admin"}, "email": {"evil@example.test"}, "id": {"1"}, "user_id": {"1"}, "password_hash": {"x"}, "generation": {"9"}, "disabled_at": {""}, "created_at": {"2000-01-01"}, "version": {"99"}}
	if a := b.Submit("/account", "/account", form); a.Status != http.StatusSeeOther {
		t.Fatalf("status %d", a.Status)
	}
	if n := h.count(t, `select count(*) from access_users where id = $1 and role = 'sales' and email = $2 and generation = 2 and name = 'Harmless'`, int64(who.ID), who.Email); n != 1 {
		t.Error("a field that is not of the form changed the row")
	}
}

func TestTheLastAdminStays(t *testing.T) {
	t.Parallel()
	h := open(t)
	first, one := h.as(t, access.Admin)
	path := fmt.Sprintf("/staff/%d", one.ID)
	if a := first.Submit(path, path, url.Values{"role": {"sales"}}); a.Status != http.StatusUnprocessableEntity {
		t.Errorf("an admin lowers themselves: status %d", a.Status)
	}
	if a := first.Post(path+"/disable", url.Values{}); a.Status != http.StatusUnprocessableEntity {
		t.Errorf("an admin disables themselves: status %d", a.Status)
	}
	system := txn.Actor{Kind: txn.System, Name: "test"}
	_, err := txn.Do(t.Context(), h.DB, system, txn.Once(), func(ctx context.Context, tx *txn.Tx) (struct{}, error) {
		return struct{}{}, access.Disable(ctx, tx, one.ID)
	})
	if err == nil || !strings.Contains(err.Error(), "last_admin") {
		t.Errorf("the last admin was disabled: %v", err)
	}

	second, two := h.as(t, access.Admin)
	done := make(chan int, 2)
	go func() { done <- first.Post(fmt.Sprintf("/staff/%d/disable", two.ID), url.Values{}).Status }()
	go func() { done <- second.Post(path+"/disable", url.Values{}).Status }()
	<-done
	<-done
	if n := h.count(t, `select count(*) from access_users where role = 'admin' and disabled_at is null`); n != 1 {
		t.Errorf("two admins disabling each other leave %d", n)
	}
}

func TestPeopleAreBoundToLocations(t *testing.T) {
	t.Parallel()
	h := open(t)
	admin, _ := h.as(t, access.Admin)
	at := h.count(t, `insert into inventory_locations (code, name, kind) values ('LEJ', 'Leipzig', 'warehouse') returning id`)
	other := h.count(t, `insert into inventory_locations (code, name, kind) values ('MUC', 'Munich', 'warehouse') returning id`)
	b, who := h.as(t, access.Warehouse)
	path := fmt.Sprintf("/staff/%d", who.ID)
	if a := admin.Submit(path, path, url.Values{"locations": {fmt.Sprint(at)}}); a.Status != http.StatusSeeOther {
		t.Fatalf("status %d %s", a.Status, a.Text())
	}
	if text := b.Get("/account").Text(); !strings.Contains(text, "Leipzig") || strings.Contains(text, "Munich") {
		t.Errorf("the account says: %s", text)
	}
	if a := admin.Submit(path, path, url.Values{"locations": {"999999"}}); a.Status != http.StatusUnprocessableEntity {
		t.Errorf("a location that is not there: status %d", a.Status)
	}
	m, err := access.ReadMember(t.Context(), h.Pools.Read, who.ID)
	if err != nil {
		t.Fatal(err)
	}
	p := access.Person{ID: who.ID, Locations: m.Locations}
	if !p.At(id.Location(at)) || p.At(id.Location(other)) {
		t.Errorf("bound to %v", m.Locations)
	}
}

func TestWhatPeopleTypeIsShownEscaped(t *testing.T) {
	t.Parallel()
	h := open(t)
	admin, who := h.as(t, access.Admin)
	name := `<img src=x onerror=alert(1)>"'&{{.}}` + "\u202e אבג"
	if a := admin.Submit("/account", "/account", url.Values{"name": {name}}); a.Status != http.StatusSeeOther {
		t.Fatalf("status %d", a.Status)
	}
	for _, p := range []string{"/account", "/staff", fmt.Sprintf("/staff/%d", who.ID)} {
		a := admin.Get(p)
		if strings.Contains(a.Body, "<img") || !strings.Contains(a.Doc().Text(), name) {
			t.Errorf("%s shows the name wrongly", p)
		}
		if n := a.Doc().Find("[style],[onclick],[onerror],script:not([src])").Length(); n != 0 {
			t.Errorf("%s has %d inline styles or scripts", p, n)
		}
	}
}
