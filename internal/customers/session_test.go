package customers

import (
	"strings"
	"testing"

	"packhouse/internal/pgtest"
)

func TestASessionOpensForItsTokenOnlyAndEndsByTheClock(t *testing.T) {
	t.Parallel()
	tx := pgtest.Tx(t)
	c := made(t, tx, Details{Kind: Person, Name: "Anna", Email: mail()})
	token, other := OpenSession(tx, c.ID), OpenSession(tx, c.ID)
	if token == other {
		t.Fatal("two sessions have one token")
	}
	opens := func(token string) bool {
		got, err := SessionOf(t.Context(), tx, token)
		must(t, err)
		return got == c.ID
	}
	if !opens(token) || opens("") || opens(token[:42]) || opens(token[:42]+"!") {
		t.Error("the token opens what it must not, or not what it must")
	}
	if _, err := tx.Exec(t.Context(), `update customer_sessions set expires_at = now() - interval '1 second' where token_hash = $1`, tokenHash(token)); err != nil {
		t.Fatal(err)
	}
	if opens(token) || !opens(other) {
		t.Error("a session outlives its end, or takes another with it")
	}
	if n, err := TidySessions(t.Context(), tx); err != nil || n < 1 {
		t.Errorf("%d were tidied, %v", n, err)
	}
	CloseSession(tx, c.ID, other)
	if opens(other) {
		t.Error("a closed session still opens")
	}
}

func TestWhoSignsInIsFoundByTheirAddressInAnyCase(t *testing.T) {
	t.Parallel()
	tx := pgtest.Tx(t)
	address := mail()
	c := made(t, tx, Details{Kind: Person, Name: "Anna", Email: address})
	for _, typed := range []string{address, "anna" + address[4:]} {
		if got, ok, err := ByEmail(t.Context(), tx, typed); err != nil || !ok || got.ID != c.ID || !strings.EqualFold(got.Email, address) {
			t.Errorf("%s finds %+v, %v, %v", typed, got, ok, err)
		}
	}
	if _, ok, err := ByEmail(t.Context(), tx, ""); err != nil || ok {
		t.Errorf("nothing finds somebody: %v, %v", ok, err)
	}
}
