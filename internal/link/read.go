package link

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"packhouse/internal/id"
	"packhouse/internal/pg"
	"packhouse/internal/problem"
)

func missing() error { return problem.Missing("link") }

// Open answers what the secret opens for the purpose. It does not spend a
// once-link: a page may ask "sign in?" before the press that does (Use), so
// that a mail scanner that follows links uses nothing up. Anything wrong is the
// same problem.NotFound; only a database that fails is another error.
func Open(ctx context.Context, r pg.Reader, keys Keys, p Purpose, secret string) (Subject, error) {
	l, err := find(ctx, r, keys, p, secret)
	return l.Subject, err
}

const openSQL = `
	select id, generation, subject_type, subject_id, expires_at
	from links
	where id = $1 and purpose = $2 and expires_at > now() and revoked_at is null and used_at is null`

func find(ctx context.Context, r pg.Reader, keys Keys, p Purpose, secret string) (Link, error) {
	claimed, mac, ok := keys.read(secret)
	if !ok {
		return Link{}, missing()
	}
	l := Link{Purpose: p}
	err := r.QueryRow(ctx, openSQL, int64(claimed), p.name).Scan(&l.ID, &l.Generation, &l.Subject.Type, &l.Subject.ID, &l.ExpiresAt)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return Link{}, fmt.Errorf("open a %s link: %w", p, err)
	}
	// A link that is not there is compared all the same, so that it takes as long as a wrong signature.
	good := subtle.ConstantTimeCompare(mac, keys.mac(claimed, p, l.Generation)) == 1
	if !good || l.ID == 0 {
		return Link{}, missing()
	}
	return l, nil
}

const ofSQL = `
	select id, generation, expires_at
	from links
	where purpose = $1 and subject_type = $2 and subject_id = $3 and not once and revoked_at is null and expires_at > now()`

// Of finds the lasting link of a subject, to show or mail it again;
// problem.NotFound when there is none that works.
func Of(ctx context.Context, r pg.Reader, p Purpose, subjectType string, subjectID int64) (Link, error) {
	l := Link{Purpose: p, Subject: Subject{subjectType, subjectID}}
	err := r.QueryRow(ctx, ofSQL, p.name, subjectType, subjectID).Scan(&l.ID, &l.Generation, &l.ExpiresAt)
	if errors.Is(err, pgx.ErrNoRows) {
		return Link{}, missing()
	}
	if err != nil {
		return Link{}, fmt.Errorf("find the %s link of %s %d: %w", p, subjectType, subjectID, err)
	}
	return l, nil
}

const getSQL = `
	select purpose, generation, subject_type, subject_id, expires_at
	from links
	where id = $1 and revoked_at is null and used_at is null and expires_at > now()`

// Get reads a link that still works by its id, for the mail that carries it;
// problem.NotFound otherwise.
func Get(ctx context.Context, r pg.Reader, which id.Link) (Link, error) {
	l := Link{ID: which}
	var purpose string
	err := r.QueryRow(ctx, getSQL, int64(which)).Scan(&purpose, &l.Generation, &l.Subject.Type, &l.Subject.ID, &l.ExpiresAt)
	if errors.Is(err, pgx.ErrNoRows) {
		return Link{}, missing()
	}
	if err != nil {
		return Link{}, fmt.Errorf("read link %d: %w", which, err)
	}
	p, ok := purposeNamed(purpose)
	if !ok {
		return Link{}, missing()
	}
	l.Purpose = p
	return l, nil
}
