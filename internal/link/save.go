package link

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"packhouse/internal/id"
	"packhouse/internal/problem"
	"packhouse/internal/txn"
)

// A lasting link of a subject is made once and lives on; asking again never
// shortens it. One that was revoked comes back with a new generation, so the
// secret that was revoked stays dead.
const makeLastingSQL = `
	insert into links (purpose, subject_type, subject_id, expires_at)
	values ($1, $2, $3, now() + make_interval(secs => $4))
	on conflict (purpose, subject_type, subject_id) where not once do update
	set expires_at = greatest(links.expires_at, excluded.expires_at),
	    generation = links.generation + (links.revoked_at is not null)::int,
	    revoked_at = null
	returning id, generation, expires_at`

const makeOnceSQL = `
	insert into links (purpose, subject_type, subject_id, expires_at, once)
	values ($1, $2, $3, now() + make_interval(secs => $4), true)
	returning id, generation, expires_at`

// Make gives the subject's link for the purpose, living for ttl from now (zero:
// as long as the purpose says). A lasting purpose has one link per subject; a
// once-purpose gets a new one each time. It records no event: the command that
// makes a link has its own.
func Make(ctx context.Context, tx *txn.Tx, p Purpose, subjectType string, subjectID int64, ttl time.Duration) (Link, error) {
	l := Link{Purpose: p, Subject: Subject{subjectType, subjectID}}
	seconds := p.life(ttl).Seconds()
	var row pgx.Row
	if p.once {
		row = tx.QueryRow(ctx, makeOnceSQL, p.name, subjectType, subjectID, seconds)
	} else {
		row = tx.QueryRow(ctx, makeLastingSQL, p.name, subjectType, subjectID, seconds)
	}
	if err := row.Scan(&l.ID, &l.Generation, &l.ExpiresAt); err != nil {
		return Link{}, fmt.Errorf("make a %s link: %w", p, err)
	}
	return l, nil
}

func (p Purpose) life(ttl time.Duration) time.Duration {
	if ttl <= 0 {
		return p.ttl
	}
	return ttl
}

// Lay makes a lasting link without waiting for its id: one queued statement,
// for commands whose mail will carry the link later.
func Lay(tx *txn.Tx, p Purpose, subjectType string, subjectID int64) {
	if p.once {
		panic("link: a once-link must be made with Make, which gives it to the caller")
	}
	tx.Queue(makeLastingSQL, 1, nil, p.name, subjectType, subjectID, p.ttl.Seconds())
}

const rotateSQL = `update links set generation = generation + 1, revoked_at = null where id = $1 and not once`

// Rotate makes every secret given out so far worthless and keeps the link; the
// next Secret is a new one.
func Rotate(tx *txn.Tx, l Link) {
	tx.Queue(rotateSQL, 1, problem.Missing("link"), int64(l.ID))
	tx.Record(event("link.rotated", l))
}

const revokeSQL = `update links set revoked_at = coalesce(revoked_at, now()) where id = $1`

// Revoke closes the link.
func Revoke(tx *txn.Tx, l Link) {
	tx.Queue(revokeSQL, 1, problem.Missing("link"), int64(l.ID))
	tx.Record(event("link.revoked", l))
}

func event(kind string, l Link) txn.Event {
	e := txn.Event{Kind: kind, Subject: txn.About("link", l.ID), Data: map[string]any{"purpose": l.Purpose.name}}
	if l.Subject.Type == "order" {
		e.Order = id.Order(l.Subject.ID)
	}
	return e
}

const useSQL = `update links set used_at = now() where id = $1 and once and used_at is null and revoked_at is null`

// Use opens a once-link and spends it in the same transaction: of two uses at
// once one wins and the other gets problem.NotFound. The caller records what
// the use did.
func Use(ctx context.Context, tx *txn.Tx, keys Keys, p Purpose, secret string) (Subject, error) {
	l, err := find(ctx, tx, keys, p, secret)
	if err != nil {
		return Subject{}, err
	}
	tag, err := tx.Exec(ctx, useSQL, int64(l.ID))
	if err != nil {
		return Subject{}, fmt.Errorf("use link %d: %w", l.ID, err)
	}
	if tag.RowsAffected() != 1 {
		return Subject{}, missing()
	}
	return l.Subject, nil
}
