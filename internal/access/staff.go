package access

import (
	"context"
	"fmt"
	"net/mail"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"packhouse/internal/id"
	"packhouse/internal/pg"
	"packhouse/internal/problem"
	"packhouse/internal/txn"
)

// Details are what an admin says of a member of staff.
type Details struct {
	Name      string
	Email     string
	Role      Role
	Lang      string        // "", "en", "de"
	Locations []id.Location // none: everywhere
}

// check answers everything wrong with the details, by form field.
func (d *Details) check() error {
	v := &problem.Invalid{}
	d.Name, d.Email = strings.TrimSpace(d.Name), strings.TrimSpace(d.Email)
	switch n := utf8.RuneCountInString(d.Name); {
	case n == 0:
		v.Add("name", "required")
	case n > 120:
		v.Add("name", "too_long", "max", 120)
	case strings.ContainsAny(d.Name, "\r\n"):
		v.Add("name", "one_line")
	}
	if !goodEmail(d.Email) {
		v.Add("email", "bad_email")
	}
	if _, ok := ParseRole(string(d.Role)); !ok {
		v.Add("role", "not_a_choice")
	}
	if !slices.Contains([]string{"", "en", "de"}, d.Lang) {
		v.Add("lang", "not_a_choice")
	}
	return v.Err()
}

// goodEmail reports an address that a mail can be sent to.
func goodEmail(s string) bool {
	if len(s) > 254 || strings.ContainsAny(s, "\r\n<>\" ") {
		return false
	}
	a, err := mail.ParseAddress(s)
	return err == nil && a.Address == s
}

const inviteSQL = `insert into access_users (email, name, role, lang) values ($1, $2, $3, $4) returning id`

const bindSQL = `insert into access_user_locations (user_id, location_id) select $1, unnest($2::bigint[])`

// Invite adds a person without a password; a link lets them set one.
func Invite(ctx context.Context, tx *txn.Tx, d Details) (id.User, error) {
	if err := d.check(); err != nil {
		return 0, err
	}
	var user id.User
	if err := tx.QueryRow(ctx, inviteSQL, d.Email, d.Name, string(d.Role), d.Lang).Scan(&user); err != nil {
		return 0, named(err, "invite")
	}
	if len(d.Locations) > 0 {
		if _, err := tx.Exec(ctx, bindSQL, int64(user), d.Locations); err != nil {
			return 0, named(err, "bind to locations")
		}
	}
	tx.Record(event("access.invited", user, map[string]any{"name": d.Name, "email": d.Email, "role": d.Role, "locations": d.Locations}))
	return user, nil
}

const lockSQL = `
	select email, name, role, lang, version, disabled_at is not null,
	       coalesce((select array_agg(l.location_id order by l.location_id) from access_user_locations l where l.user_id = u.id), '{}')
	from access_users u where id = $1 for update`

const changeSQL = `
	update access_users set email = $2, name = $3, role = $4, lang = $5, version = version + 1,
	    generation = generation + case when lower(email) <> lower($2) then 1 else 0 end
	where id = $1`

const unbindSQL = `delete from access_user_locations where user_id = $1`

// Change replaces a person's details as the admin saw them at version. A new
// role acts with the person's next request; a new e-mail ends their sessions.
func Change(ctx context.Context, tx *txn.Tx, user id.User, version int64, d Details) error {
	if err := d.check(); err != nil {
		return err
	}
	was, current, _, err := lock(ctx, tx, user)
	if err != nil {
		return err
	}
	if current != version {
		return &problem.Stale{What: "person", At: tx.Now(), Version: current, Changes: differences(d, was)}
	}
	slices.Sort(d.Locations)
	d.Locations = slices.Compact(d.Locations)
	changes := differences(was, d)
	if len(changes) == 0 {
		tx.Quiet("nothing changed")
		return nil
	}
	if was.Role != d.Role && tx.Actor().Kind == txn.Staff && tx.Actor().ID == int64(user) {
		return problem.Refuse("own_role")
	}
	if _, err := tx.Exec(ctx, changeSQL, int64(user), d.Email, d.Name, string(d.Role), d.Lang); err != nil {
		return named(err, "change a person")
	}
	if !slices.Equal(was.Locations, d.Locations) {
		tx.Queue(unbindSQL, -1, nil, int64(user))
		if _, err := tx.Exec(ctx, bindSQL, int64(user), d.Locations); err != nil {
			return named(err, "bind to locations")
		}
	}
	tx.Record(event("access.changed", user, map[string]any{"name": d.Name, "changes": changes}))
	return nil
}

func lock(ctx context.Context, tx *txn.Tx, user id.User) (d Details, version int64, disabled bool, err error) {
	var role string
	var locations []int64
	err = tx.QueryRow(ctx, lockSQL, int64(user)).Scan(&d.Email, &d.Name, &role, &d.Lang, &version, &disabled, &locations)
	if err == pgx.ErrNoRows {
		return d, 0, false, problem.Missing("person")
	}
	if err != nil {
		return d, 0, false, fmt.Errorf("lock user %d: %w", user, err)
	}
	d.Role = Role(role)
	for _, l := range locations {
		d.Locations = append(d.Locations, id.Location(l))
	}
	return d, version, disabled, nil
}

func differences(from, to Details) []problem.Change {
	var all []problem.Change
	add := func(field, before, after string) {
		if before != after {
			all = append(all, problem.Change{Field: field, Before: before, After: after})
		}
	}
	add("name", from.Name, to.Name)
	add("email", from.Email, to.Email)
	add("role", string(from.Role), string(to.Role))
	add("lang", from.Lang, to.Lang)
	add("locations", fmt.Sprint(from.Locations), fmt.Sprint(to.Locations))
	return all
}

const renameSQL = `update access_users set name = $2, lang = $3, version = version + 1 where id = $1`

// Rename is what people change about themselves.
func Rename(tx *txn.Tx, user id.User, name, lang string) error {
	d := Details{Name: strings.TrimSpace(name), Email: "kept@as.is", Role: Sales, Lang: lang}
	if err := d.check(); err != nil {
		return err
	}
	tx.Queue(renameSQL, 1, problem.Missing("person"), int64(user), d.Name, lang)
	tx.Record(event("access.changed", user, map[string]any{"name": d.Name}))
	return nil
}

const disableSQL = `update access_users set disabled_at = now(), generation = generation + 1, version = version + 1 where id = $1`

const enableSQL = `update access_users set disabled_at = null, version = version + 1 where id = $1`

const endAllSQL = `delete from access_sessions where user_id = $1`

// Disable shuts a person out at once: their sessions are dead with this commit.
func Disable(ctx context.Context, tx *txn.Tx, user id.User) error {
	d, _, disabled, err := lock(ctx, tx, user)
	if err != nil {
		return err
	}
	if disabled {
		return problem.Refuse("already_disabled", "name", d.Name)
	}
	if tx.Actor().Kind == txn.Staff && tx.Actor().ID == int64(user) {
		return problem.Refuse("own_disable")
	}
	if _, err := tx.Exec(ctx, disableSQL, int64(user)); err != nil {
		return named(err, "disable a person")
	}
	tx.Queue(endAllSQL, -1, nil, int64(user))
	tx.Record(event("access.disabled", user, map[string]any{"name": d.Name}))
	return nil
}

// Enable lets a disabled person in again, with the password they had.
func Enable(ctx context.Context, tx *txn.Tx, user id.User) error {
	d, _, disabled, err := lock(ctx, tx, user)
	if err != nil {
		return err
	}
	if !disabled {
		return problem.Refuse("not_disabled", "name", d.Name)
	}
	tx.Queue(enableSQL, 1, problem.Missing("person"), int64(user))
	tx.Record(event("access.enabled", user, map[string]any{"name": d.Name}))
	return nil
}

func event(kind string, user id.User, data map[string]any) txn.Event {
	e := txn.Event{Kind: kind, Subject: txn.About("user", user)}
	if data != nil {
		e.Data = data
	}
	return e
}

// named turns what a constraint refused into what a person can be told.
func named(err error, doing string) error {
	switch c, _ := pg.Violates(err); c {
	case "access_users_email_key":
		return problem.At("email", "already_used")
	case "access_users_email_check":
		return problem.At("email", "bad_email")
	case "access_user_locations_location_id_fkey":
		return problem.At("locations", "not_a_choice")
	case "access_last_admin":
		return problem.Refuse("last_admin")
	}
	return fmt.Errorf("%s: %w", doing, err)
}
