package edgetest

import (
	"context"
	"fmt"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"

	"packhouse/internal/access"
	"packhouse/internal/id"
	"packhouse/internal/pgtest"
	"packhouse/internal/txn"
)

// Password is that of everybody made here.
const Password = "correct horse battery 9"

// Key is a SECRET_KEY for tests.
var Key = []byte("a secret key for tests, of 40 characters")

var hashed = sync.OnceValues(func() (string, error) {
	h, err := access.NewHasher()
	if err != nil {
		return "", err
	}
	return h.Hash(context.Background(), Password)
})

var serial atomic.Int64

// Staff is somebody made for a test.
type Staff struct {
	ID    id.User
	Name  string
	Email string
	Role  access.Role
}

// Add makes an active member of staff of the role, bound to the locations.
func Add(t testing.TB, db *pgtest.Database, role access.Role, at ...id.Location) Staff {
	t.Helper()
	hash, err := hashed()
	if err != nil {
		t.Fatal(err)
	}
	n := serial.Add(1)
	s := Staff{Name: fmt.Sprintf("%s person %d", role, n), Email: fmt.Sprintf("%s%d@example.test", role, n), Role: role}
	_, err = txn.Do(t.Context(), db.DB, txn.Actor{Kind: txn.System, Name: "test"}, txn.Once(), func(ctx context.Context, tx *txn.Tx) (struct{}, error) {
		var err error
		s.ID, err = access.Invite(ctx, tx, access.Details{Name: s.Name, Email: s.Email, Role: role, Locations: at})
		if err != nil {
			return struct{}{}, err
		}
		_, err = access.SetPassword(ctx, tx, s.ID, hash, "admin")
		return struct{}{}, err
	})
	if err != nil {
		t.Fatalf("add %s: %v", role, err)
	}
	return s
}

// SignIn signs the browser in by the form.
func (b *Browser) SignIn(who Staff) *Browser {
	b.t.Helper()
	a := b.Submit("/login", "/login", url.Values{"email": {who.Email}, "password": {Password}})
	if a.Status != 303 {
		b.t.Fatalf("sign in %s: status %d: %.300s", who.Email, a.Status, a.Text())
	}
	return b
}
