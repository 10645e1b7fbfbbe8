package access

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"packhouse/internal/pgtest"
	"packhouse/internal/problem"
)

func codeOf(err error) string {
	if v, ok := errors.AsType[*problem.Invalid](err); ok {
		return v.Fields[0].Code
	}
	if v, ok := errors.AsType[*problem.Refusal](err); ok {
		return v.Code
	}
	return ""
}

func TestPasswordRules(t *testing.T) {
	t.Parallel()
	about := []string{"Ada Lovelace", "ada@northwind.example", "Northwind Traders"}
	for password, want := range map[string]string{
		"":                           "password_short",
		"nine char":                  "password_short",
		"ten chars!":                 "",
		strings.Repeat("ß7ü é", 25):  "",
		strings.Repeat("ab c9", 26):  "password_long",
		"qwertyuiop":                 "password_common",
		"QWERTYUIOP":                 "password_common",
		"password123":                "password_common",
		"Password2026!":              "password_common",
		"1234567890":                 "password_common",
		"aaaaaaaaaaaaaaaa":           "password_common",
		"ababababababab":             "password_common",
		"northwind1":                 "password_personal",
		"ada@northwind.example":      "password_personal",
		"Lovelace99":                 "password_personal",
		"lovelace rides at midnight": "",
		"パスワード は 長い です":              "",
		"   spaces count too   ":     "",
	} {
		if got := codeOf(CheckPassword(password, about...)); got != want {
			t.Errorf("%q: %q, want %q", password, got, want)
		}
	}
	if len(common) < 3000 {
		t.Errorf("only %d common passwords are known", len(common))
	}
}

func TestNothingOfALongPasswordIsCutOff(t *testing.T) {
	t.Parallel()
	h, err := NewHasher()
	if err != nil {
		t.Fatal(err)
	}
	long := strings.Repeat("x", MaxPassword-1)
	hash, err := h.Hash(t.Context(), long+"a")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(hash, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("the hash is %s", hash)
	}
	for password, want := range map[string]bool{long + "a": true, long + "b": false, long: false, long + "ab": false, "": false} {
		if got, err := h.Matches(t.Context(), password, hash); err != nil || got != want {
			t.Errorf("%d characters match: %t (%v)", len(password), got, err)
		}
	}
}

// The same number of the same hashings for everybody is what makes their times
// the same; no clock is asked.
func TestEverySignInCostsOneHashing(t *testing.T) {
	t.Parallel()
	db := pgtest.DB(t)
	p, err := NewProof([]byte("a secret key for tests, of 40 characters"))
	if err != nil {
		t.Fatal(err)
	}
	hash, err := p.Hash(t.Context(), "the right password")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Pools.Write.Exec(t.Context(), `insert into access_users (email, name, role, password_hash, disabled_at) values
		('active@example.test', 'A', 'sales', $1, null), ('gone@example.test', 'G', 'sales', $1, now()), ('invited@example.test', 'I', 'sales', null, null)`, hash); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ email, password, want string }{
		"right":       {"ACTIVE@example.test", "the right password", ""},
		"wrong":       {"active@example.test", "a wrong password", "sign_in_wrong"},
		"disabled":    {"gone@example.test", "the right password", "sign_in_wrong"},
		"invited":     {"invited@example.test", "the right password", "sign_in_wrong"},
		"invited, as": {"invited@example.test", "nobody has this password", "sign_in_wrong"},
		"unknown":     {"nobody@example.test", "nobody has this password", "sign_in_wrong"},
		"too long":    {"active@example.test", strings.Repeat("x", 5000), "sign_in_wrong"},
	} {
		t.Run(name, func(t *testing.T) {
			full := &Proof{&Hasher{slots: make(chan struct{}, 1), dummy: p.dummy}, p.Vault}
			full.slots <- struct{}{} // no hashing can begin: whoever needs one must wait for it
			ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
			defer cancel()
			if _, _, err := full.Password(ctx, db.Pools.Read, c.email, c.password); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("answered without hashing: %v", err)
			}
			if _, _, err := p.Password(t.Context(), db.Pools.Read, c.email, c.password); codeOf(err) != c.want {
				t.Errorf("%v, want %q", err, c.want)
			}
		})
	}
}

func TestNoMoreThanTwoHashAtOnce(t *testing.T) {
	t.Parallel()
	h, err := NewHasher()
	if err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		h := &Hasher{slots: make(chan struct{}, cap(h.slots)), dummy: h.dummy}
		for range 2 {
			if err := h.enter(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := h.enter(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("a third hashes beside two others: %v", err)
		}
		h.leave()
		if err := h.enter(t.Context()); err != nil {
			t.Error(err)
		}
	})
}
