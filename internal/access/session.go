package access

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"packhouse/internal/id"
	"packhouse/internal/pg"
)

// Sessions keeps sessions in PostgreSQL. It is the store behind scs, which
// hands it tokens already hashed: what the table holds opens nothing.
type Sessions struct {
	read  pg.Reader
	write Quick
}

// NewSessions makes the store; read may be the read-only pool.
func NewSessions(read pg.Reader, write Quick) *Sessions { return &Sessions{read, write} }

// One query per request: the session, its person, their role and places. A
// session of a person who was disabled, or whose time is over, is not there.
const findSQL = `
	select s.id, s.data, s.seen_at < now() - interval '1 minute',
	       coalesce(s.proved_at > now() - $2::interval, false),
	       coalesce(u.id, 0), coalesce(u.name, ''), coalesce(u.email, ''), coalesce(u.role, ''), coalesce(u.lang, ''),
	       u.totp_confirmed_at is not null,
	       coalesce(u.role = any(p.require_totp_roles), false),
	       coalesce((select array_agg(l.location_id order by l.location_id) from access_user_locations l where l.user_id = u.id), '{}')
	from access_sessions s
	left join access_users u on u.id = s.user_id
	cross join access_policy p
	where s.token_hash = $1 and s.expires_at > now()
	  and s.seen_at > now() - $3::interval and s.created_at > now() - $4::interval
	  and (s.user_id is null or (u.disabled_at is null and u.generation = s.generation))`

const touchSQL = `update access_sessions set seen_at = now(), address = $2 where id = $1`

// FindCtx loads the session and leaves its person in the context's Visit.
func (s *Sessions) FindCtx(ctx context.Context, token string) ([]byte, bool, error) {
	var (
		data      []byte
		stale     bool
		required  bool
		p         Person
		role      string
		locations []int64
	)
	err := s.read.QueryRow(ctx, findSQL, token, FreshLimit, IdleLimit, AbsoluteLimit).Scan(
		&p.Session, &data, &stale, &p.Fresh, &p.ID, &p.Name, &p.Email, &role, &p.Lang, &p.TOTP, &required, &locations)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, fmt.Errorf("load the session: %w", err)
	}
	visit := visitOf(ctx)
	if stale {
		if _, err := s.write.Exec(ctx, touchSQL, p.Session, visit.Address); err != nil {
			return nil, false, fmt.Errorf("note that the session is in use: %w", err)
		}
	}
	if p.ID != 0 {
		p.Role, p.MustEnrol = Role(role), required && !p.TOTP
		for _, l := range locations {
			p.Locations = append(p.Locations, id.Location(l))
		}
		visit.Person = p
	}
	return data, true, nil
}

// A session that becomes somebody's is stored only while the account is as it
// was when the password was checked.
const commitSQL = `
	insert into access_sessions (token_hash, user_id, generation, data, expires_at, proved_at, address, agent)
	select $1, nullif($2, 0), $3, $4, $5, case when $2 = 0 then null else now() end, $6, $7
	where $2 = 0 or exists (select 1 from access_users u where u.id = $2 and u.generation = $3 and u.disabled_at is null)
	on conflict (token_hash) do update set data = excluded.data, expires_at = excluded.expires_at, seen_at = now()`

// CommitCtx stores the session.
func (s *Sessions) CommitCtx(ctx context.Context, token string, data []byte, expiry time.Time) error {
	v := visitOf(ctx)
	tag, err := s.write.Exec(ctx, commitSQL, token, int64(v.Owner), v.Generation, data, expiry, v.Address, v.Agent)
	if err != nil {
		return fmt.Errorf("store the session: %w", err)
	}
	if tag.RowsAffected() != 1 {
		return ErrAccountChanged
	}
	return nil
}

// ErrAccountChanged says that the account was disabled or its password changed
// while somebody signed in with the old one.
var ErrAccountChanged = errors.New("access: the account changed during sign-in")

const deleteSQL = `delete from access_sessions where token_hash = $1`

// DeleteCtx ends the session.
func (s *Sessions) DeleteCtx(ctx context.Context, token string) error {
	if _, err := s.write.Exec(ctx, deleteSQL, token); err != nil {
		return fmt.Errorf("end the session: %w", err)
	}
	return nil
}

// The store is only ever used with a context; these serve the interface.

// Find is FindCtx without a deadline.
func (s *Sessions) Find(token string) ([]byte, bool, error) {
	return s.FindCtx(context.Background(), token)
}

// Commit is CommitCtx without a deadline.
func (s *Sessions) Commit(token string, data []byte, expiry time.Time) error {
	return s.CommitCtx(context.Background(), token, data, expiry)
}

// Delete is DeleteCtx without a deadline.
func (s *Sessions) Delete(token string) error { return s.DeleteCtx(context.Background(), token) }
