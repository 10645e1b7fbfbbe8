package staff_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"packhouse/internal/access"
	"packhouse/web/edge/edgetest"
)

const cookie = "__Host-packhouse"

func wrong(email string) url.Values {
	return url.Values{"email": {email}, "password": {"not the password"}}
}

func right(email string) url.Values {
	return url.Values{"email": {email}, "password": {edgetest.Password}}
}

func TestSigningInGivesANewTokenInAHostCookie(t *testing.T) {
	t.Parallel()
	h := open(t)
	who := edgetest.Add(t, h.Database, access.Sales)
	b := h.browser(t)
	b.Cookies[cookie] = "a-token-chosen-by-somebody-else-0123456789a"
	planted := b.Copy()
	a := b.Post("/login", right(who.Email))
	c := a.Set[cookie]
	if c == nil || !c.Secure || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" {
		t.Fatalf("the session cookie is %v", c)
	}
	if len(c.Value) < 22 || c.Value == planted.Cookies[cookie] {
		t.Errorf("the token was not made anew: %q", c.Value)
	}
	if !inside(b) || inside(planted) {
		t.Error("only the new token may open the account")
	}
	if h.count(t, `select count(*) from access_sessions where token_hash like '%' || $1 || '%'`, c.Value) != 0 {
		t.Error("the database holds the token itself")
	}
	if h.events(t, "access.signed_in") != 1 {
		t.Error("signing in left no audit line")
	}
}

func TestASecondSignInChangesTheTokenAndEndsTheFirst(t *testing.T) {
	t.Parallel()
	h := open(t)
	b, who := h.as(t, access.Sales)
	old := b.Copy()
	if a := b.Post("/login", right(who.Email)); a.Status != http.StatusSeeOther {
		t.Fatalf("status %d", a.Status)
	}
	if b.Cookies[cookie] == old.Cookies[cookie] || inside(old) || !inside(b) {
		t.Error("the token before the sign-in still opens the account")
	}
}

func TestKnownAndUnknownPeopleAreToldTheSame(t *testing.T) {
	t.Parallel()
	h := open(t)
	who, gone := edgetest.Add(t, h.Database, access.Sales), edgetest.Add(t, h.Database, access.Sales)
	h.exec(t, `update access_users set disabled_at = now() where id = $1`, int64(gone.ID))
	var first string
	for _, form := range []url.Values{wrong(who.Email), wrong("nobody@example.test"), right(gone.Email)} {
		a := h.browser(t).Post("/login", form)
		if a.Status != http.StatusUnprocessableEntity {
			t.Fatalf("status %d for %s", a.Status, form.Get("email"))
		}
		text := a.Text()
		if first == "" {
			first = text
		}
		if text != first || !strings.Contains(text, "do not match") {
			t.Errorf("%s is told %q, the first %q", form.Get("email"), text, first)
		}
		if strings.Contains(a.Body, form.Get("password")) {
			t.Error("the page gives the password back")
		}
	}
	if n := h.events(t, "access.sign_in_failed"); n != 3 {
		t.Errorf("%d failed sign-ins are in the audit trail, want 3", n)
	}
	if n := h.count(t, `select count(*) from events where data::text like '%not the password%' or data::text like '%nobody@example%'`); n != 0 {
		t.Error("the audit trail keeps what was typed")
	}
}

func TestTriesAreCountedPerAccountWhetherItExistsOrNot(t *testing.T) {
	t.Parallel()
	h := open(t)
	who := edgetest.Add(t, h.Database, access.Sales)
	for _, email := range []string{who.Email, "nobody@example.test"} {
		for i := range 12 {
			b := h.browser(t)
			b.Remote = fmt.Sprintf("192.0.2.%d:1", i+1)
			a := b.Post("/login", wrong(strings.ToUpper(email)))
			want := http.StatusUnprocessableEntity
			if i >= 10 {
				want = http.StatusTooManyRequests
			}
			if a.Status != want {
				t.Fatalf("try %d for %s: status %d, want %d", i+1, email, a.Status, want)
			}
			if want == http.StatusTooManyRequests && a.Header.Get("Retry-After") == "" {
				t.Error("429 without Retry-After")
			}
		}
	}
	if a := h.browser(t).Post("/login", right(who.Email)); a.Status != http.StatusTooManyRequests {
		t.Errorf("the right password ends the waiting time: status %d", a.Status)
	}
	if n := h.events(t, "access.limited"); n != 2 {
		t.Errorf("%d audit lines of the limit, want one for each account", n)
	}
}

func TestTriesAreCountedPerAddress(t *testing.T) {
	t.Parallel()
	h := open(t)
	status := 0
	for i := range 61 {
		b := h.browser(t)
		b.Remote = fmt.Sprintf("[2001:db8::%x]:1", i+1) // one household: the same /64
		status = b.Post("/forgot", url.Values{}).Status
	}
	if status != http.StatusTooManyRequests {
		t.Errorf("try 61 from one address: status %d, want 429", status)
	}
	other := h.browser(t)
	other.Remote = "[2001:db8:0:1::1]:1"
	if s := other.Post("/forgot", url.Values{}).Status; s != http.StatusUnprocessableEntity {
		t.Errorf("another address is refused too: status %d", s)
	}
}

func TestASuccessForgetsTheTriesBefore(t *testing.T) {
	t.Parallel()
	h := open(t)
	who := edgetest.Add(t, h.Database, access.Sales)
	for range 2 {
		for range 9 {
			h.browser(t).Post("/login", wrong(who.Email))
		}
		h.browser(t).SignIn(who)
	}
}

func TestNextLeadsOnlyToThisSite(t *testing.T) {
	t.Parallel()
	h := open(t)
	who := edgetest.Add(t, h.Database, access.Sales)
	for next, want := range map[string]string{
		"/orders?q=a": "/orders?q=a", "": "/", "//evil.test": "/", `/\evil.test`: "/", `\\evil.test`: "/", "https:evil.test": "/", "https://evil.test/": "/",
		"/\t/evil.test": "/", "javascript:alert(1)": "/", "%2f%2fevil.test": "/", "orders": "/",
	} {
		form := right(who.Email)
		form.Set("next", next)
		if got := h.browser(t).Post("/login", form).Location(); got != want {
			t.Errorf("next=%q leads to %q, want %q", next, got, want)
		}
	}
	if a := h.browser(t).Get("/staff?x=1"); a.Location() != "/login?next=%2Fstaff%3Fx%3D1" {
		t.Errorf("a page that needs a sign-in leads to %q", a.Location())
	}
}

// A87
func TestSessionsDie(t *testing.T) {
	t.Parallel()
	h := open(t)
	admin, _ := h.as(t, access.Admin)
	for name, kill := range map[string]func(t *testing.T, b *edgetest.Browser, who edgetest.Staff){
		"at sign-out": func(t *testing.T, b *edgetest.Browser, _ edgetest.Staff) {
			if a := b.Post("/logout", url.Values{}); a.Set[cookie] == nil || a.Set[cookie].MaxAge >= 0 {
				t.Error("the cookie was not taken back")
			}
		},
		"when disabled": func(t *testing.T, _ *edgetest.Browser, who edgetest.Staff) {
			if a := admin.Post(fmt.Sprintf("/staff/%d/disable", who.ID), url.Values{}); a.Status != http.StatusSeeOther {
				t.Errorf("disable: status %d %s", a.Status, a.Text())
			}
		},
		"with a new password": func(t *testing.T, b *edgetest.Browser, _ edgetest.Staff) {
			a := b.Submit("/account", "/account/password", url.Values{"current": {edgetest.Password}, "password": {"quite another sentence"}})
			if a.Status != http.StatusSeeOther || !inside(b) {
				t.Errorf("change the password: status %d %s", a.Status, a.Text())
			}
		},
		"when ended by an admin": func(_ *testing.T, _ *edgetest.Browser, who edgetest.Staff) {
			admin.Post(fmt.Sprintf("/staff/%d/sessions/end", who.ID), url.Values{})
		},
		"after two hours without a request": func(t *testing.T, _ *edgetest.Browser, who edgetest.Staff) {
			h.exec(t, `update access_sessions set seen_at = seen_at - interval '2 hours 1 minute' where user_id = $1`, int64(who.ID))
		},
		"after twelve hours at all": func(t *testing.T, _ *edgetest.Browser, who edgetest.Staff) {
			h.exec(t, `update access_sessions set created_at = created_at - interval '12 hours 1 minute' where user_id = $1`, int64(who.ID))
		},
	} {
		t.Run(name, func(t *testing.T) {
			b, who := h.as(t, access.Sales)
			thief := b.Copy()
			if !inside(thief) {
				t.Fatal("the session never lived")
			}
			kill(t, b, who)
			if a := thief.Get("/account"); a.Status != http.StatusSeeOther || !strings.HasPrefix(a.Location(), "/login") {
				t.Errorf("the old cookie still answers %d", a.Status)
			}
			if a := thief.Post("/account", url.Values{"name": {"Mallory"}}); a.Status != http.StatusUnauthorized {
				t.Errorf("the old cookie may still post: %d", a.Status)
			}
		})
	}
}

// A87
func TestANewRoleActsWithTheNextRequest(t *testing.T) {
	t.Parallel()
	h := open(t)
	_, _ = h.as(t, access.Admin)
	b, who := h.as(t, access.Admin)
	if s := b.Get("/staff").Status; s != http.StatusOK {
		t.Fatalf("an admin gets %d", s)
	}
	h.exec(t, `update access_users set role = 'warehouse' where id = $1`, int64(who.ID))
	if s := b.Get("/staff").Status; s != http.StatusForbidden {
		t.Errorf("the running session keeps the role: %d", s)
	}
}

func TestASessionInUseIsWrittenAtMostOnceAMinute(t *testing.T) {
	t.Parallel()
	h := open(t)
	b, who := h.as(t, access.Sales)
	version := func() int {
		return h.count(t, `select xmin::text::bigint from access_sessions where user_id = $1`, int64(who.ID))
	}
	first := version()
	b.Get("/account")
	b.Get("/account")
	if version() != first {
		t.Error("each request writes the session")
	}
	h.exec(t, `update access_sessions set seen_at = seen_at - interval '2 minutes' where user_id = $1`, int64(who.ID))
	old := h.count(t, `select extract(epoch from seen_at)::bigint from access_sessions where user_id = $1`, int64(who.ID))
	b.Get("/account")
	if h.count(t, `select extract(epoch from seen_at)::bigint from access_sessions where user_id = $1`, int64(who.ID)) <= old {
		t.Error("a session in use is not kept alive")
	}
}

func TestPeopleSeeAndEndTheirOwnSessionsOnly(t *testing.T) {
	t.Parallel()
	h := open(t)
	b, who := h.as(t, access.Sales)
	second := h.browser(t).SignIn(who)
	other, stranger := h.as(t, access.Sales)
	theirs := h.count(t, `select id from access_sessions where user_id = $1`, int64(stranger.ID))
	if a := b.Post(fmt.Sprintf("/account/sessions/%d/end", theirs), url.Values{}); a.Status != http.StatusNotFound {
		t.Errorf("ending somebody else's session: status %d", a.Status)
	}
	if !inside(other) {
		t.Error("somebody else's session was ended")
	}
	if n := b.Get("/account").Doc().Find("table tbody tr").Length(); n != 2 {
		t.Errorf("%d sessions are listed, want 2", n)
	}
	if a := b.Submit("/account", "/account/sessions/end", nil); a.Status != http.StatusSeeOther {
		t.Errorf("ending the others: status %d", a.Status)
	}
	if inside(second) || !inside(b) {
		t.Error("ending the others ended the wrong ones")
	}
}

func TestAWrongPasswordChangeSaysSoAndChangesNothing(t *testing.T) {
	t.Parallel()
	h := open(t)
	b, who := h.as(t, access.Sales)
	for name, form := range map[string]url.Values{
		"without the old":     {"password": {"quite another sentence"}},
		"with a wrong old":    {"current": {"not the password"}, "password": {"quite another sentence"}},
		"too short":           {"current": {edgetest.Password}, "password": {"short"}},
		"too long":            {"current": {edgetest.Password}, "password": {strings.Repeat("ab c9", 30)}},
		"a common one":        {"current": {edgetest.Password}, "password": {"Password123!"}},
		"the e-mail":          {"current": {edgetest.Password}, "password": {who.Email}},
		"the company's name":  {"current": {edgetest.Password}, "password": {"packhouse1"}},
		"a NUL in it":         {"current": {edgetest.Password}, "password": {"quite\x00another sentence"}},
		"an invalid sequence": {"current": {edgetest.Password}, "password": {"quite another\xff sentence"}},
	} {
		if a := b.Post("/account/password", form); a.Status != http.StatusUnprocessableEntity {
			t.Errorf("%s: status %d", name, a.Status)
		}
	}
	h.browser(t).SignIn(who)
	if n := h.count(t, `select count(*) from access_users where id = $1 and password_hash like '$argon2id$v=19$m=19456,t=2,p=1$%'`, int64(who.ID)); n != 1 {
		t.Error("the hash is not argon2id of 19 MiB, two passes, one lane")
	}
}

func TestGettingPagesWritesNothingButSessions(t *testing.T) {
	t.Parallel()
	h := open(t)
	b, _ := h.as(t, access.Admin)
	writes := func() int {
		// Counters arrive late in the statistics; the transaction ids of the rows are exact.
		return h.count(t, `select (select count(*) from events) + (select count(*) from commands) + (select count(*) from access_users) +
			(select count(*) from links) + (select coalesce(sum(xmin::text::bigint), 0) from access_users)`)
	}
	before := writes()
	for _, p := range []string{"/account", "/account/two-factor", "/staff", "/staff/1", "/staff/invite", "/staff/roles", "/staff/policy", "/login", "/forgot"} {
		if s := b.Get(p).Status; s >= 400 {
			t.Errorf("%s answers %d", p, s)
		}
	}
	if writes() != before {
		t.Error("looking changed something")
	}
}

func TestAPasswordChangedDuringSignInLeavesTheSignInOutside(t *testing.T) {
	t.Parallel()
	h := open(t)
	who := edgetest.Add(t, h.Database, access.Sales)
	b := h.browser(t)
	// The second factor is asked for between the password and the sign-in: the gap in which the password changes.
	h.exec(t, `update access_users set totp_sealed = '\x00', totp_confirmed_at = now() where id = $1`, int64(who.ID))
	if a := b.Post("/login", right(who.Email)); a.Location() != "/login/code" {
		t.Fatalf("status %d to %q", a.Status, a.Location())
	}
	h.exec(t, `update access_users set generation = generation + 1 where id = $1`, int64(who.ID))
	if a := b.Post("/login/code", url.Values{"code": {"123456"}}); a.Location() != "/login" {
		t.Errorf("a sign-in under way outlives the password: status %d to %q", a.Status, a.Location())
	}
}
