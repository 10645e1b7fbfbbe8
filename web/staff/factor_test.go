package staff_test

import (
	"encoding/base32"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"packhouse/internal/access"
	"packhouse/web/edge/edgetest"
)

// code is what an authenticator app shows at a moment.
func code(t *testing.T, secret string, at time.Time) string {
	t.Helper()
	c, err := totp.GenerateCode(strings.ReplaceAll(secret, " ", ""), at)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// enrol turns the second factor on and gives its secret and recovery codes.
func enrol(t *testing.T, b *edgetest.Browser) (secret string, codes []string) {
	t.Helper()
	page := b.Get("/account/two-factor")
	secret = page.Doc().Find("details code").Text()
	form := page.Form("/account/two-factor")
	form.Set("code", code(t, secret, time.Now().Add(-30*time.Second))) // the step before, so that the next is still good
	a := b.Post("/account/two-factor", form)
	if a.Status != http.StatusOK {
		t.Fatalf("turn on: status %d: %s", a.Status, a.Text())
	}
	for _, c := range a.Doc().Find("ul.codes code").EachIter() {
		codes = append(codes, c.Text())
	}
	if len(codes) != 10 {
		t.Fatalf("%d recovery codes", len(codes))
	}
	return secret, codes
}

func TestTheSecondFactorIsAskedForAndItsCodesWorkOnce(t *testing.T) {
	t.Parallel()
	h := open(t)
	b, who := h.as(t, access.Manager)
	thief := b.Copy()
	secret, codes := enrol(t, b)
	if inside(thief) || !inside(b) {
		t.Error("a session from before the second factor lives on")
	}

	half := h.browser(t)
	if a := half.Post("/login", right(who.Email)); a.Location() != "/login/code" {
		t.Fatalf("the password alone leads to %q", a.Location())
	}
	if inside(half) {
		t.Fatal("the password alone opens the account")
	}
	if a := half.Post("/login/code", url.Values{"code": {"000000"}}); a.Status != http.StatusUnprocessableEntity {
		t.Errorf("a wrong code: status %d", a.Status)
	}
	before := half.Cookies[cookie]
	now := code(t, secret, time.Now())
	if a := half.Submit("/login/code", "/login/code", url.Values{"code": {now[:3] + " " + now[3:]}}); a.Status != http.StatusSeeOther || !inside(half) {
		t.Fatalf("the right code: status %d %s", a.Status, a.Text())
	}
	if half.Cookies[cookie] == before {
		t.Error("the token did not change with the sign-in")
	}

	again := h.browser(t)
	again.Post("/login", right(who.Email))
	if a := again.Post("/login/code", url.Values{"code": {now}}); a.Status != http.StatusUnprocessableEntity || !strings.Contains(a.Text(), "used already") {
		t.Errorf("the same code again: status %d %s", a.Status, a.Text())
	}
	if a := again.Post("/login/code", url.Values{"code": {strings.ToUpper(codes[0])}}); a.Status != http.StatusSeeOther || !inside(again) {
		t.Errorf("a recovery code: status %d %s", a.Status, a.Text())
	}
	third := h.browser(t)
	third.Post("/login", right(who.Email))
	if a := third.Post("/login/code", url.Values{"code": {codes[0]}}); a.Status != http.StatusUnprocessableEntity {
		t.Errorf("a recovery code twice: status %d", a.Status)
	}

	raw, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(strings.ReplaceAll(secret, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	if h.count(t, `select count(*) from access_users where position($1::bytea in totp_sealed) > 0`, raw) != 0 {
		t.Error("the secret stands in the database as it is")
	}
	plain := strings.ReplaceAll(codes[1], "-", "")
	if h.count(t, `select (select count(*) from commands where outcome::text like '%' || $1 || '%') + (select count(*) from events where data::text like '%' || $1 || '%')`, plain) != 0 {
		t.Error("recovery codes stand in the database as they are")
	}
}

func TestOneCodeAtTheSameMomentLetsOneIn(t *testing.T) {
	t.Parallel()
	h := open(t)
	b, who := h.as(t, access.Manager)
	secret, _ := enrol(t, b)
	now := code(t, secret, time.Now())
	const n = 4
	in := make(chan int, n)
	for range n {
		half := h.browser(t)
		half.Post("/login", right(who.Email))
		go func() { in <- half.Post("/login/code", url.Values{"code": {now}}).Status }()
	}
	good := 0
	for range n {
		if <-in == http.StatusSeeOther {
			good++
		}
	}
	if good != 1 {
		t.Errorf("%d of %d were let in by one code, want 1", good, n)
	}
}

func TestCodesCannotBeGuessedForLong(t *testing.T) {
	t.Parallel()
	h := open(t)
	b, who := h.as(t, access.Manager)
	secret, _ := enrol(t, b)
	half := h.browser(t)
	half.Post("/login", right(who.Email))
	status := 0
	for i := range 11 {
		half.Remote = fmt.Sprintf("192.0.2.%d:1", i+1)
		status = half.Post("/login/code", url.Values{"code": {"000000"}}).Status
	}
	if status != http.StatusTooManyRequests {
		t.Errorf("the eleventh guess: status %d", status)
	}
	if a := half.Post("/login/code", url.Values{"code": {code(t, secret, time.Now())}}); a.Status != http.StatusTooManyRequests {
		t.Errorf("the right code ends the waiting time: %d", a.Status)
	}
}

func TestARoleThatNeedsASecondFactorCanDoNothingBefore(t *testing.T) {
	t.Parallel()
	h := open(t)
	admin, _ := h.as(t, access.Admin)
	manager, _ := h.as(t, access.Manager)
	sales, _ := h.as(t, access.Sales)
	if a := admin.Submit("/staff/policy", "/staff/policy", url.Values{"require": {"manager"}}); a.Status != http.StatusSeeOther {
		t.Fatalf("set the policy: status %d %s", a.Status, a.Text())
	}
	if a := manager.Get("/"); a.Location() != "/account/two-factor" {
		t.Errorf("a manager without a second factor: status %d to %q", a.Status, a.Location())
	}
	if a := sales.Get("/"); a.Location() != "/account" {
		t.Errorf("the policy touches others: status %d to %q", a.Status, a.Location())
	}
	enrol(t, manager)
	if a := manager.Get("/"); a.Location() != "/account" {
		t.Errorf("with the second factor: status %d to %q", a.Status, a.Location())
	}
	if a := manager.Post("/account/two-factor/off", url.Values{}); a.Status != http.StatusUnprocessableEntity {
		t.Errorf("a second factor that is asked for can be turned off: %d", a.Status)
	}
}

func TestWhatGuardsAnAccountAsksForThePasswordAgain(t *testing.T) {
	t.Parallel()
	h := open(t)
	b, who := h.as(t, access.Admin)
	other := edgetest.Add(t, h.Database, access.Sales)
	h.exec(t, `update access_sessions set proved_at = now() - interval '11 minutes'`)
	page := b.Get("/account/two-factor")
	form := page.Form("/account/two-factor")
	form.Set("code", code(t, page.Doc().Find("details code").Text(), time.Now()))
	if a := b.Post("/account/two-factor", form); a.Status != http.StatusUnprocessableEntity {
		t.Errorf("a second factor without a fresh proof: status %d", a.Status)
	}
	path := fmt.Sprintf("/staff/%d", other.ID)
	if a := b.Submit(path, path, url.Values{"role": {"admin"}}); a.Status != http.StatusUnprocessableEntity {
		t.Errorf("a role without a fresh proof: status %d", a.Status)
	}
	if a := b.Submit(path, path, url.Values{"email": {"new@example.test"}}); a.Status != http.StatusUnprocessableEntity {
		t.Errorf("an e-mail without a fresh proof: status %d", a.Status)
	}
	if a := b.Submit(path, path, url.Values{"email": {"new@example.test"}, "role": {"sales"}, "current": {edgetest.Password}}); a.Status != http.StatusSeeOther {
		t.Errorf("with the password: status %d %s", a.Status, a.Text())
	}
	form.Set("current", edgetest.Password)
	if a := b.Post("/account/two-factor", form); a.Status != http.StatusOK {
		t.Errorf("with the password: status %d %s", a.Status, a.Text())
	}
	_ = who
}
