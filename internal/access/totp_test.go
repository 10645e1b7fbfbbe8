package access

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"packhouse/internal/id"
)

func vault(t *testing.T) *Vault {
	t.Helper()
	v, err := NewVault([]byte("a secret key for tests, of 40 characters"))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestASealedSecretOpensForItsPersonOnly(t *testing.T) {
	t.Parallel()
	v := vault(t)
	e := v.Offer(7, "ada@example.test", "Café & Co")
	again, ok := v.Reopen(7, "ada@example.test", "Café & Co", e.Sealed)
	if !ok || again != e {
		t.Error("the enrolment does not open again")
	}
	if _, ok := v.Reopen(8, "ada@example.test", "Café & Co", e.Sealed); ok {
		t.Error("it opens for somebody else")
	}
	for _, bad := range []string{"", "A", e.Sealed[:len(e.Sealed)-2] + "AA", strings.Repeat("A", 200)} {
		if _, ok := v.Reopen(7, "a", "b", bad); ok {
			t.Errorf("%.20q opens", bad)
		}
	}
	if !strings.HasPrefix(e.URL, "otpauth://totp/Caf%C3%A9%20&%20Co:ada@example.test?") || strings.Contains(e.URL, "+") {
		t.Errorf("the address is %s", e.URL)
	}
	other, err := NewVault([]byte("another key for tests, of 40 characters.."))
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := other.Reopen(7, "a", "b", e.Sealed); ok {
		t.Error("another key opens it")
	}
	if bytes.Equal(v.seal(7, []byte("same")), v.seal(7, []byte("same"))) {
		t.Error("the same secret is sealed the same way twice")
	}
}

// The vectors of RFC 6238, appendix B, cut to six digits.
func TestCodesFollowTheStandard(t *testing.T) {
	t.Parallel()
	secret := []byte("12345678901234567890")
	for at, code := range map[int64]string{59: "287082", 1111111109: "081804", 1111111111: "050471", 1234567890: "005924", 2000000000: "279037"} {
		for _, late := range []int64{-30, 0, 30} {
			if got, err := step(secret, code, time.Unix(at+late, 0)); err != nil || got != at/30 {
				t.Errorf("%s at %d: step %d (%v), want %d", code, at+late, got, err, at/30)
			}
		}
		if got, _ := step(secret, code, time.Unix(at+61, 0)); got != 0 {
			t.Errorf("%s still counts a minute later", code)
		}
	}
}

func TestRecoveryCodesAreManyAndPersonal(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for range 100 {
		for _, c := range newRecoveryCodes() {
			if seen[c] {
				t.Fatalf("%s came twice", c)
			}
			seen[c] = true
			if !bytes.Equal(codeHash(1, c), codeHash(1, strings.ToUpper(strings.ReplaceAll(c, "-", " ")))) {
				t.Errorf("%s depends on how it is typed", c)
			}
			if bytes.Equal(codeHash(1, c), codeHash(id.User(2), c)) {
				t.Errorf("%s is the same for two people", c)
			}
		}
	}
}
