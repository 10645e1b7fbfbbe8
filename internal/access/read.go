package access

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"packhouse/internal/id"
	"packhouse/internal/pg"
	"packhouse/internal/problem"
	"packhouse/internal/txn"
)

// Member is one of the staff, for the list and their page.
type Member struct {
	ID id.User
	Details
	Invited    bool // has not set a password yet
	Disabled   bool
	TOTP       bool
	SignedInAt *time.Time
	Version    int64
}

const membersSQL = `
	select u.id, u.name, u.email, u.role, u.lang,
	       coalesce((select array_agg(l.location_id order by l.location_id) from access_user_locations l where l.user_id = u.id), '{}'),
	       u.password_hash is null, u.disabled_at is not null, u.totp_confirmed_at is not null, u.signed_in_at, u.version
	from access_users u
	where $1 = 0 or u.id = $1
	order by u.disabled_at is not null, lower(u.name), u.id
	limit 1000`

// ReadMembers lists the staff, those who are disabled last.
func ReadMembers(ctx context.Context, r pg.Reader) ([]Member, error) { return members(ctx, r, 0) }

// ReadMember reads one; problem.NotFound if there is none.
func ReadMember(ctx context.Context, r pg.Reader, user id.User) (Member, error) {
	all, err := members(ctx, r, user)
	if err != nil {
		return Member{}, err
	}
	if len(all) == 0 || user == 0 {
		return Member{}, problem.Missing("person")
	}
	return all[0], nil
}

func members(ctx context.Context, r pg.Reader, user id.User) ([]Member, error) {
	rows, err := r.Query(ctx, membersSQL, int64(user))
	if err != nil {
		return nil, fmt.Errorf("list staff: %w", err)
	}
	all, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (m Member, err error) {
		var role string
		var locations []int64
		err = row.Scan(&m.ID, &m.Name, &m.Email, &role, &m.Lang, &locations, &m.Invited, &m.Disabled, &m.TOTP, &m.SignedInAt, &m.Version)
		m.Role = Role(role)
		for _, l := range locations {
			m.Locations = append(m.Locations, id.Location(l))
		}
		return m, err
	})
	if err != nil {
		return nil, fmt.Errorf("list staff: %w", err)
	}
	return all, nil
}

// Place is a location a person can be bound to.
type Place struct {
	ID   id.Location
	Name string
}

const placesSQL = `select id, name from inventory_locations where active order by name, id limit 500`

// ReadPlaces lists the locations by name, for display.
func ReadPlaces(ctx context.Context, r pg.Reader) ([]Place, error) {
	rows, err := r.Query(ctx, placesSQL)
	if err != nil {
		return nil, fmt.Errorf("list locations: %w", err)
	}
	all, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Place])
	if err != nil {
		return nil, fmt.Errorf("list locations: %w", err)
	}
	return all, nil
}

// Policy is what the company asks of its staff.
type Policy struct {
	RequireTOTP []Role // roles that may do nothing before they have a second factor
	Version     int64
}

// Requires reports whether the role must have a second factor.
func (p Policy) Requires(r Role) bool { return slices.Contains(p.RequireTOTP, r) }

const policySQL = `select require_totp_roles, version from access_policy`

// ReadPolicy reads the policy.
func ReadPolicy(ctx context.Context, r pg.Reader) (Policy, error) {
	var roles []string
	var p Policy
	if err := r.QueryRow(ctx, policySQL).Scan(&roles, &p.Version); err != nil {
		return Policy{}, fmt.Errorf("read the policy: %w", err)
	}
	for _, s := range roles {
		p.RequireTOTP = append(p.RequireTOTP, Role(s))
	}
	return p, nil
}

const setPolicySQL = `update access_policy set require_totp_roles = $1, version = version + 1 where version = $2`

// SetPolicy replaces the policy seen at p.Version.
func SetPolicy(tx *txn.Tx, p Policy) error {
	roles := []string{}
	for _, r := range p.RequireTOTP {
		if _, ok := ParseRole(string(r)); !ok {
			return problem.At("require", "not_a_choice")
		}
		roles = append(roles, string(r))
	}
	tx.Queue(setPolicySQL, 1, &problem.Stale{What: "policy"}, roles, p.Version)
	tx.Record(txn.Event{Kind: "access.policy_changed", Subject: txn.About("policy", id.User(0)), Data: map[string]any{"require_totp": roles}})
	return nil
}

const anyoneSQL = `select exists (select 1 from access_users)`

// Anyone reports whether there is any staff yet: a fresh house has no login.
func Anyone(ctx context.Context, r pg.Reader) (bool, error) {
	var yes bool
	if err := r.QueryRow(ctx, anyoneSQL).Scan(&yes); err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return false, fmt.Errorf("look for staff: %w", err)
	}
	return yes, nil
}
