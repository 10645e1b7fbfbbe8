package access

import (
	"context"
	_ "embed"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/alexedwards/argon2id"

	"packhouse/internal/problem"
)

// Bounds of a password, in characters. Nothing is cut off: argon2id reads all.
const (
	MinPassword = 10
	MaxPassword = 128
)

//go:embed common_passwords.txt
var commonText string

var common = func() map[string]bool {
	m := map[string]bool{}
	for line := range strings.Lines(commonText) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			m[line] = true
		}
	}
	return m
}()

// CheckPassword answers what is wrong with a new password, as problem.Invalid
// of the field "password"; about are words a guesser would try for this person:
// e-mail, name, company. Any characters are allowed and none is required.
func CheckPassword(password string, about ...string) error {
	n := utf8.RuneCountInString(password)
	plain := strings.ToLower(strings.TrimSpace(password))
	switch {
	case n < MinPassword:
		return problem.At("password", "password_short", "min", MinPassword)
	case n > MaxPassword:
		return problem.At("password", "password_long", "max", MaxPassword)
	case common[plain] || common[strings.TrimRight(plain, "0123456789!?.,*#-_")] || monotone(plain):
		return problem.At("password", "password_common")
	}
	// Most of the password must be something else than what everybody knows of the person.
	rest := plain
	for _, a := range about {
		a = strings.ToLower(strings.TrimSpace(a))
		for _, word := range append([]string{a}, strings.FieldsFunc(a, func(c rune) bool { return c == '@' || c == ' ' || c == '.' })...) {
			if utf8.RuneCountInString(word) >= 4 {
				rest = strings.ReplaceAll(rest, word, "")
			}
		}
	}
	if rest != plain && utf8.RuneCountInString(rest) < MinPassword-2 {
		return problem.At("password", "password_personal")
	}
	return nil
}

// monotone reports a password made of very few different characters.
func monotone(s string) bool {
	seen := map[rune]bool{}
	for _, c := range s {
		seen[c] = true
	}
	return len(seen) < 4
}

// cost follows OWASP's least for argon2id: 19 MiB, two passes, one lane.
var cost = &argon2id.Params{Memory: 19 * 1024, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32}

// Hasher hashes and compares passwords, at most two at once: each takes 19 MiB
// and some hundredths of a second, and a burst of sign-ins must not become a
// burst of memory.
type Hasher struct {
	slots chan struct{}
	dummy string
}

// NewHasher makes a hasher.
func NewHasher() (*Hasher, error) {
	dummy, err := argon2id.CreateHash("nobody has this password", cost)
	if err != nil {
		return nil, fmt.Errorf("hash a password: %w", err)
	}
	return &Hasher{slots: make(chan struct{}, 2), dummy: dummy}, nil
}

// Hash makes what is stored of a password.
func (h *Hasher) Hash(ctx context.Context, password string) (string, error) {
	if err := h.enter(ctx); err != nil {
		return "", err
	}
	defer h.leave()
	hash, err := argon2id.CreateHash(password, cost)
	if err != nil {
		return "", fmt.Errorf("hash a password: %w", err)
	}
	return hash, nil
}

// Matches compares a password with its hash. An empty hash (nobody, or somebody
// without a password yet) costs the same and matches nothing.
func (h *Hasher) Matches(ctx context.Context, password, hash string) (bool, error) {
	if err := h.enter(ctx); err != nil {
		return false, err
	}
	defer h.leave()
	against := hash
	if against == "" {
		against = h.dummy
	}
	if utf8.RuneCountInString(password) > MaxPassword { // never set, so never right; but as slow as any other
		password = ""
	}
	ok, err := argon2id.ComparePasswordAndHash(password, against)
	if err != nil {
		return false, fmt.Errorf("compare a password: %w", err)
	}
	return ok && hash != "", nil
}

func (h *Hasher) enter(ctx context.Context) error {
	select {
	case h.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (h *Hasher) leave() { <-h.slots }
