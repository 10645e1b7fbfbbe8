package link_test

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"packhouse/internal/id"
	"packhouse/internal/link"
	"packhouse/internal/pgtest"
	"packhouse/internal/problem"
)

func testKeys(t *testing.T) link.Keys {
	t.Helper()
	k, err := link.NewKeys([]byte("a secret key of more than thirty-two characters"))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func isMissing(err error) bool {
	_, ok := errors.AsType[*problem.NotFound](err)
	return ok
}

func TestShortSecretKeyIsRefused(t *testing.T) {
	t.Parallel()
	if _, err := link.NewKeys([]byte("short")); !errors.Is(err, link.ErrShortKey) {
		t.Fatalf("got %v", err)
	}
}

func TestKeysOfOneFamilyDiffer(t *testing.T) {
	t.Parallel()
	k := testKeys(t)
	if string(k.Derive("a")) == string(k.Derive("b")) || string(k.Derive("a")) != string(k.Derive("a")) {
		t.Fatal("a derived key must depend on its name and on nothing else")
	}
}

// Findings row 5: nothing of the numbers inside can be seen in the secrets.
func TestTenThousandSecretsShareNothing(t *testing.T) {
	t.Parallel()
	k := testKeys(t)
	seen := map[string]bool{}
	heads, tails := map[string]int{}, map[string]int{}
	for n := 1; n <= 10_000; n++ {
		s := k.Secret(link.Link{ID: id.Link(n), Purpose: link.Status, Generation: 1})
		raw, err := base64.RawURLEncoding.DecodeString(s)
		if err != nil || len(s) != link.SecretLength {
			t.Fatalf("%q is not a secret: %v", s, err)
		}
		if len(raw) < 20+8 {
			t.Fatalf("%d bits are too few", len(raw)*8)
		}
		if seen[s] {
			t.Fatal("the same secret twice")
		}
		seen[s] = true
		heads[string(raw[:4])]++
		tails[string(raw[len(raw)-4:])]++
	}
	for part, n := range map[string]int{"first": max(heads), "last": max(tails)} {
		if n > 2 { // by chance about 0.01 pairs among 10,000 of 2^32
			t.Errorf("%d secrets share their %s four bytes", n, part)
		}
	}
}

func max(counts map[string]int) int {
	most := 0
	for _, n := range counts {
		if n > most {
			most = n
		}
	}
	return most
}

// A75
func TestSecretOpensItsSubject(t *testing.T) {
	t.Parallel()
	ctx, tx, k := t.Context(), pgtest.Tx(t), testKeys(t)
	l, err := link.Make(ctx, tx, link.Status, "order", 41, 0)
	if err != nil {
		t.Fatal(err)
	}
	got, err := link.Open(ctx, tx, k, link.Status, k.Secret(l))
	if err != nil || got != (link.Subject{Type: "order", ID: 41}) {
		t.Fatalf("opened %+v, %v", got, err)
	}
	again, err := link.Make(ctx, tx, link.Status, "order", 41, time.Minute)
	if err != nil || again.ID != l.ID || k.Secret(again) != k.Secret(l) {
		t.Fatalf("a lasting link must stay the same: %+v then %+v, %v", l, again, err)
	}
	if again.ExpiresAt.Before(l.ExpiresAt) {
		t.Fatal("asking again must not shorten its life")
	}
	found, err := link.Of(ctx, tx, link.Status, "order", 41)
	if err != nil || k.Secret(found) != k.Secret(l) {
		t.Fatalf("found %+v, %v", found, err)
	}
	byID, err := link.Get(ctx, tx, l.ID)
	if err != nil || k.Secret(byID) != k.Secret(l) {
		t.Fatalf("read %+v, %v", byID, err)
	}
}

func TestLaidLinkIsFoundLater(t *testing.T) {
	t.Parallel()
	ctx, tx, k := t.Context(), pgtest.Tx(t), testKeys(t)
	link.Lay(tx, link.Status, "order", 7)
	l, err := link.Of(ctx, tx, link.Status, "order", 7)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := link.Open(ctx, tx, k, link.Status, k.Secret(l)); err != nil || got.ID != 7 {
		t.Fatalf("opened %+v, %v", got, err)
	}
}

// A75; findings rows 1, 2 and 7: an order number, nothing, rubbish, a megabyte,
// another purpose, an expired, revoked or rotated secret: one answer for all.
func TestEveryWrongSecretGetsTheSameAnswer(t *testing.T) {
	t.Parallel()
	ctx, tx, k := t.Context(), pgtest.Tx(t), testKeys(t)
	mk := func(p link.Purpose, subject int64, ttl time.Duration) link.Link {
		t.Helper()
		l, err := link.Make(ctx, tx, p, "order", subject, ttl)
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	good := mk(link.Status, 1, 0)
	secret := k.Secret(good)
	revoked := mk(link.Status, 2, 0)
	link.Revoke(tx, revoked)
	rotated := mk(link.Status, 3, 0)
	link.Rotate(tx, rotated)
	expired := mk(link.Status, 4, time.Nanosecond)
	invoice := mk(link.Invoice, 1, 0)
	other, err := link.NewKeys([]byte("another secret key of more than thirty-two"))
	if err != nil {
		t.Fatal(err)
	}
	flipped := []byte(secret)
	flipped[3] ^= 1

	wrong := map[string]string{
		"empty": "", "space": " ", "nul": "\x00", "null": "null", "order number": "10001",
		"its own id": fmt.Sprint(good.ID), "a megabyte": strings.Repeat("A", 1<<20),
		"cut": secret[:len(secret)-1], "longer": secret + "A", "newline": secret + "\n",
		"right length": strings.Repeat("A", link.SecretLength), "not base64": strings.Repeat("/", link.SecretLength),
		"not utf-8": strings.Repeat("\xff", link.SecretLength), "flipped": string(flipped),
		"revoked": k.Secret(revoked), "rotated": k.Secret(rotated), "expired": k.Secret(expired),
		"another purpose": k.Secret(invoice), "another key": other.Secret(good),
		"id of another": k.Secret(link.Link{ID: good.ID + 1000, Purpose: link.Status, Generation: 1}),
	}
	want := ""
	for name, s := range wrong {
		subject, err := link.Open(ctx, tx, k, link.Status, s)
		if !isMissing(err) || subject != (link.Subject{}) {
			t.Errorf("%s: got %+v, %v", name, subject, err)
			continue
		}
		if want == "" {
			want = err.Error()
		}
		if err.Error() != want {
			t.Errorf("%s: %q differs from %q", name, err, want)
		}
	}
	if _, err := link.Open(ctx, tx, k, link.Invoice, secret); !isMissing(err) {
		t.Errorf("the status secret opened the invoice: %v", err)
	}
	fresh, err := link.Of(ctx, tx, link.Status, "order", 3)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := link.Open(ctx, tx, k, link.Status, k.Secret(fresh)); err != nil {
		t.Errorf("the secret made after rotating must open: %v", err)
	}
	if back := mk(link.Status, 2, 0); k.Secret(back) == k.Secret(revoked) {
		t.Error("a link made again after it was revoked must have a new secret")
	}
}

func TestOnceLinkIsSpentByItsFirstUse(t *testing.T) {
	t.Parallel()
	ctx, tx, k := t.Context(), pgtest.Tx(t), testKeys(t)
	l, err := link.Make(ctx, tx, link.ShopLogin, "customer", 9, 0)
	if err != nil {
		t.Fatal(err)
	}
	if life := l.ExpiresAt.Sub(tx.Now()); life > 30*time.Minute {
		t.Errorf("a shop login lives %v", life)
	}
	for range 2 { // looking does not spend it
		if _, err := link.Open(ctx, tx, k, link.ShopLogin, k.Secret(l)); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := link.Use(ctx, tx, k, link.ShopLogin, k.Secret(l)); err != nil || got.ID != 9 {
		t.Fatalf("used %+v, %v", got, err)
	}
	if _, err := link.Use(ctx, tx, k, link.ShopLogin, k.Secret(l)); !isMissing(err) {
		t.Fatalf("the second use gave %v", err)
	}
	if _, err := link.Open(ctx, tx, k, link.ShopLogin, k.Secret(l)); !isMissing(err) {
		t.Fatalf("after the use it still opens: %v", err)
	}
	next, err := link.Make(ctx, tx, link.ShopLogin, "customer", 9, 0)
	if err != nil || next.ID == l.ID {
		t.Fatalf("each login gets a link of its own: %+v, %v", next, err)
	}
}

func TestLastingLinkCannotBeUsedUp(t *testing.T) {
	t.Parallel()
	ctx, tx, k := t.Context(), pgtest.Tx(t), testKeys(t)
	l, err := link.Make(ctx, tx, link.Status, "order", 5, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := link.Use(ctx, tx, k, link.Status, k.Secret(l)); !isMissing(err) {
		t.Fatalf("got %v", err)
	}
	if _, err := link.Open(context.WithoutCancel(ctx), tx, k, link.Status, k.Secret(l)); err != nil {
		t.Fatal(err)
	}
}
