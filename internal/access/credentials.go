package access

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"packhouse/internal/id"
	"packhouse/internal/pg"
	"packhouse/internal/problem"
	"packhouse/internal/txn"
)

// Account is somebody whose password was right: enough to ask for the second
// factor and to sign in.
type Account struct {
	ID         id.User
	Name       string
	Email      string
	Role       Role
	Lang       string
	Generation int
	TOTP       bool
}

// Actor is the account as the author of its own sign-in.
func (a Account) Actor() txn.Actor { return txn.Actor{Kind: txn.Staff, ID: int64(a.ID), Name: a.Name} }

// Proof checks passwords and second factors.
type Proof struct {
	*Hasher
	*Vault
}

// NewProof makes one from SECRET_KEY.
func NewProof(secretKey []byte) (*Proof, error) {
	h, err := NewHasher()
	if err != nil {
		return nil, err
	}
	v, err := NewVault(secretKey)
	if err != nil {
		return nil, err
	}
	return &Proof{h, v}, nil
}

const accountSQL = `
	select id, name, email, role, lang, generation, totp_confirmed_at is not null, coalesce(password_hash, ''), disabled_at is not null
	from access_users where lower(email) = lower($1)`

// Password answers whose e-mail and password these are. An unknown e-mail, a
// disabled person, one without a password and a wrong password cost the same
// and give the same refusal; who is then the account that was tried, if there
// is one, for the audit line.
func (p *Proof) Password(ctx context.Context, r pg.Reader, email, password string) (a Account, who id.User, err error) {
	var hash, role string
	var disabled bool
	err = r.QueryRow(ctx, accountSQL, email).Scan(&a.ID, &a.Name, &a.Email, &role, &a.Lang, &a.Generation, &a.TOTP, &hash, &disabled)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return Account{}, 0, fmt.Errorf("find the account: %w", err)
	}
	a.Role = Role(role)
	ok, err := p.Matches(ctx, password, hash)
	if err != nil {
		return Account{}, a.ID, err
	}
	if !ok || disabled {
		return Account{}, a.ID, problem.Refuse("sign_in_wrong")
	}
	return a, a.ID, nil
}

// Own checks the password of somebody who is signed in, before they change
// what guards an account; a wrong one is problem.Invalid of the field.
func (p *Proof) Own(ctx context.Context, r pg.Reader, who Person, field, password string) error {
	_, _, err := p.Password(ctx, r, who.Email, password)
	if _, wrong := errors.AsType[*problem.Refusal](err); wrong {
		return problem.At(field, "password_wrong")
	}
	return err
}

const byIDSQL = `
	select id, name, email, role, lang, generation, totp_confirmed_at is not null
	from access_users where id = $1 and disabled_at is null`

// Find reads the account of somebody who is not disabled; problem.NotFound
// otherwise.
func Find(ctx context.Context, r pg.Reader, user id.User) (Account, error) {
	return account(r.QueryRow(ctx, byIDSQL, int64(user)))
}

const byEmailSQL = `
	select id, name, email, role, lang, generation, totp_confirmed_at is not null
	from access_users where lower(email) = lower($1) and disabled_at is null`

// FindEmail reads the account with the e-mail; problem.NotFound if there is
// none or it is disabled.
func FindEmail(ctx context.Context, r pg.Reader, email string) (Account, error) {
	return account(r.QueryRow(ctx, byEmailSQL, email))
}

func account(row pgx.Row) (a Account, err error) {
	var role string
	err = row.Scan(&a.ID, &a.Name, &a.Email, &role, &a.Lang, &a.Generation, &a.TOTP)
	if errors.Is(err, pgx.ErrNoRows) {
		return Account{}, problem.Missing("person")
	}
	if err != nil {
		return Account{}, fmt.Errorf("find the account: %w", err)
	}
	a.Role = Role(role)
	return a, nil
}

const signedInSQL = `update access_users set signed_in_at = now() where id = $1 and generation = $2 and disabled_at is null`

// RecordSignIn records that the account came in, by which proof ("password",
// "totp", "recovery", "invite", "reset") and from where. It refuses when the
// account changed since the password was checked.
func RecordSignIn(tx *txn.Tx, a Account, by, address string) {
	tx.Queue(signedInSQL, 1, problem.Refuse("sign_in_wrong"), int64(a.ID), a.Generation)
	tx.Record(event("access.signed_in", a.ID, map[string]any{"by": by, "address": address}))
}

// Failure is the event of a try that failed at a step ("password", "code");
// user is 0 when nobody has the e-mail. What was typed is not kept: it may be a
// password in the wrong field.
func Failure(user id.User, step, address string) txn.Event {
	return event("access.sign_in_failed", user, map[string]any{"step": step, "address": address})
}

// SignedOut is the event of somebody leaving.
func SignedOut(user id.User) txn.Event { return event("access.signed_out", user, nil) }

// Asked is the event of a link for a new password being asked for; user is 0
// when nobody has the e-mail.
func Asked(user id.User, address string) txn.Event {
	return event("access.password_asked", user, map[string]any{"address": address})
}

// Linked is the event of a link sent to the person by an admin; what is
// "invite" or "reset".
func Linked(user id.User, what string) txn.Event {
	return event("access.link_sent", user, map[string]any{"what": what})
}

const setPasswordSQL = `
	update access_users set password_hash = $2, generation = generation + 1, version = version + 1
	where id = $1 and disabled_at is null
	returning generation`

// SetPassword stores a new hash and ends every session of the account. how is
// "invite", "reset", "own" or "admin". It gives the new generation, with which
// the person who did it can be signed in again.
func SetPassword(ctx context.Context, tx *txn.Tx, user id.User, hash, how string) (generation int, err error) {
	err = tx.QueryRow(ctx, setPasswordSQL, int64(user), hash).Scan(&generation)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, problem.Missing("person")
	}
	if err != nil {
		return 0, named(err, "set a password")
	}
	tx.Queue(endAllSQL, -1, nil, int64(user))
	tx.Record(event("access.password_set", user, map[string]any{"how": how}))
	return generation, nil
}

const confirmTOTPSQL = `
	update access_users set totp_sealed = $2, totp_confirmed_at = now(), totp_last_step = $3, generation = generation + 1, version = version + 1
	where id = $1 and disabled_at is null
	returning generation`

// ConfirmTOTP turns the offered second factor on, given a code it makes now,
// and ends the account's sessions. codes are the recovery codes, shown this
// once.
func (p *Proof) ConfirmTOTP(ctx context.Context, tx *txn.Tx, user id.User, sealed, code string) (codes []string, generation int, err error) {
	raw, err := plain32.DecodeString(sealed)
	if err != nil {
		return nil, 0, problem.At("code", "code_wrong")
	}
	secret, err := p.open(user, raw)
	if err != nil {
		return nil, 0, problem.At("code", "code_wrong")
	}
	now, err := clock(ctx, tx)
	if err != nil {
		return nil, 0, err
	}
	at, err := step(secret, tidyCode(code), now)
	if err != nil {
		return nil, 0, err
	}
	if at == 0 {
		return nil, 0, problem.At("code", "code_wrong")
	}
	if err := tx.QueryRow(ctx, confirmTOTPSQL, int64(user), raw, at).Scan(&generation); err != nil {
		return nil, 0, fmt.Errorf("turn the second factor on: %w", err)
	}
	codes = writeRecoveryCodes(tx, user)
	tx.Queue(endAllSQL, -1, nil, int64(user))
	tx.Record(event("access.totp_enabled", user, nil))
	return codes, generation, nil
}

const nowSQL = `select clock_timestamp()`

// clock is the database's time of day, to a code's precision.
func clock(ctx context.Context, tx *txn.Tx) (now time.Time, err error) {
	if err := tx.QueryRow(ctx, nowSQL).Scan(&now); err != nil {
		return now, fmt.Errorf("ask the time: %w", err)
	}
	return now, nil
}

const dropCodesSQL = `delete from access_recovery_codes where user_id = $1`

const addCodeSQL = `insert into access_recovery_codes (user_id, code_hash) values ($1, $2)`

func writeRecoveryCodes(tx *txn.Tx, user id.User) []string {
	tx.Queue(dropCodesSQL, -1, nil, int64(user))
	codes := newRecoveryCodes()
	for _, c := range codes {
		tx.Queue(addCodeSQL, 1, nil, int64(user), codeHash(user, c))
	}
	return codes
}

// RenewRecoveryCodes makes ten new recovery codes and the old ones worthless.
func RenewRecoveryCodes(tx *txn.Tx, user id.User) []string {
	codes := writeRecoveryCodes(tx, user)
	tx.Record(event("access.recovery_renewed", user, nil))
	return codes
}

const totpSQL = `
	select coalesce(totp_sealed, ''), totp_last_step, clock_timestamp()
	from access_users where id = $1 and generation = $2 and disabled_at is null for update`

const takeStepSQL = `update access_users set totp_last_step = $2 where id = $1`

const takeCodeSQL = `update access_recovery_codes set used_at = now() where user_id = $1 and code_hash = $2 and used_at is null`

// SecondFactor takes a code of the account's second factor, or a recovery code,
// and spends it: of the same code twice, also at the same moment, one is taken.
// A wrong code is problem.Invalid of the field "code".
func (p *Proof) SecondFactor(ctx context.Context, tx *txn.Tx, a Account, code string) (by string, err error) {
	var sealed []byte
	var last int64
	var now time.Time
	err = tx.QueryRow(ctx, totpSQL, int64(a.ID), a.Generation).Scan(&sealed, &last, &now)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", problem.Refuse("sign_in_wrong")
	}
	if err != nil {
		return "", fmt.Errorf("read the second factor: %w", err)
	}
	code = tidyCode(code)
	if len(code) != 6 {
		tag, err := tx.Exec(ctx, takeCodeSQL, int64(a.ID), codeHash(a.ID, code))
		if err != nil {
			return "", fmt.Errorf("take a recovery code: %w", err)
		}
		if tag.RowsAffected() != 1 {
			return "", problem.At("code", "code_wrong")
		}
		return "recovery", nil
	}
	secret, err := p.open(a.ID, sealed)
	if err != nil {
		return "", err
	}
	at, err := step(secret, code, now)
	if err != nil {
		return "", err
	}
	if at == 0 {
		return "", problem.At("code", "code_wrong")
	}
	if at <= last {
		return "", problem.At("code", "code_used")
	}
	tx.Queue(takeStepSQL, 1, nil, int64(a.ID), at)
	return "totp", nil
}

const removeTOTPSQL = `
	update access_users set totp_sealed = null, totp_confirmed_at = null, generation = generation + 1, version = version + 1
	where id = $1 and totp_confirmed_at is not null
	returning generation`

// RemoveTOTP turns the second factor off and ends the person's sessions, as
// when the phone is lost.
func RemoveTOTP(ctx context.Context, tx *txn.Tx, user id.User) (generation int, err error) {
	err = tx.QueryRow(ctx, removeTOTPSQL, int64(user)).Scan(&generation)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, problem.Refuse("no_second_factor")
	}
	if err != nil {
		return 0, fmt.Errorf("turn the second factor off: %w", err)
	}
	tx.Queue(dropCodesSQL, -1, nil, int64(user))
	tx.Queue(endAllSQL, -1, nil, int64(user))
	tx.Record(event("access.totp_removed", user, nil))
	return generation, nil
}
