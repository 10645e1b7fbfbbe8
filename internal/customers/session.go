package customers

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"packhouse/internal/id"
	"packhouse/internal/pg"
	"packhouse/internal/txn"
)

// SessionLasts is how long a customer stays signed in.
const SessionLasts = 30 * 24 * time.Hour

// tokenBytes of randomness make a session's token; tokenLength is its spelling.
const (
	tokenBytes  = 32
	tokenLength = 43
)

// Caller is a customer who may be mailed a link to sign in.
type Caller struct {
	ID       id.Customer
	Name     string
	Email    string // as stored: mail goes there, never to what was typed
	Language string
}

const callerSQL = `
	select c.id, c.name, c.email, c.language
	from customers c
	where lower(c.email) = lower($1) and c.erased_at is null`

// ByEmail finds who may sign in with an e-mail address; ok is false when nobody
// has it.
func ByEmail(ctx context.Context, r pg.Reader, email string) (c Caller, ok bool, err error) {
	if email == "" {
		return Caller{}, false, nil
	}
	err = r.QueryRow(ctx, callerSQL, email).Scan(&c.ID, &c.Name, &c.Email, &c.Language)
	if errors.Is(err, pgx.ErrNoRows) {
		return Caller{}, false, nil
	}
	if err != nil {
		return Caller{}, false, fmt.Errorf("find who signs in: %w", err)
	}
	return c, true, nil
}

// RecordLoginAsked notes that a link to sign in was asked for; the mail that
// carries it hangs on this event.
func RecordLoginAsked(tx *txn.Tx, customer id.Customer) {
	tx.Record(txn.Event{Kind: "customer.login_asked", Subject: txn.About("customer", customer)})
}

const openSessionSQL = `insert into customer_sessions (token_hash, customer_id, expires_at) values ($1, $2, now() + make_interval(secs => $3))`

// OpenSession signs a customer in and gives the token for their cookie. Only
// its hash is stored: a copy of the database signs nobody in.
func OpenSession(tx *txn.Tx, customer id.Customer) string {
	var b [tokenBytes]byte
	if _, err := rand.Read(b[:]); err != nil {
		panic("customers: the system gives no randomness: " + err.Error()) // crypto/rand never fails on a working system
	}
	token := base64.RawURLEncoding.EncodeToString(b[:])
	tx.Queue(openSessionSQL, 1, nil, tokenHash(token), customer, SessionLasts.Seconds())
	tx.Record(txn.Event{Kind: "customer.signed_in", Subject: txn.About("customer", customer)})
	return token
}

const sessionSQL = `
	select s.customer_id
	from customer_sessions s
	join customers c on c.id = s.customer_id and c.erased_at is null
	where s.token_hash = $1 and s.expires_at > now()`

// SessionOf is the customer whose session the token opens; 0 for every token
// that opens none.
func SessionOf(ctx context.Context, r pg.Reader, token string) (id.Customer, error) {
	if len(token) != tokenLength {
		return 0, nil
	}
	var c id.Customer
	err := r.QueryRow(ctx, sessionSQL, tokenHash(token)).Scan(&c)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("find the customer's session: %w", err)
	}
	return c, nil
}

const closeSessionSQL = `delete from customer_sessions where token_hash = $1 and customer_id = $2`

// CloseSession signs a customer out in one browser.
func CloseSession(tx *txn.Tx, customer id.Customer, token string) {
	tx.Queue(closeSessionSQL, -1, nil, tokenHash(token), customer)
	tx.Record(txn.Event{Kind: "customer.signed_out", Subject: txn.About("customer", customer)})
}

const tidySessionsSQL = `delete from customer_sessions where expires_at <= now()`

// TidySessions clears away sessions whose time is over; nothing depends on it.
func TidySessions(ctx context.Context, tx *txn.Tx) (int, error) {
	tx.Quiet("sessions end by the clock; this only tidies")
	tag, err := tx.Exec(ctx, tidySessionsSQL)
	return int(tag.RowsAffected()), err
}

func tokenHash(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}
