package sales

import (
	"context"
	"errors"
	"net/url"
	"time"

	"github.com/jackc/pgx/v5"

	"packhouse/internal/id"
	"packhouse/internal/pg"
	"packhouse/internal/problem"
	"packhouse/internal/txn"
)

// Unfinished is an order that somebody is still typing, exactly as typed.
type Unfinished struct {
	Key     id.Key
	Summary string
	Changed time.Time
}

const draftsSQL = `
	select d.key::text, d.summary, d.changed_at
	from sales_drafts d
	where d.user_id = $1
	order by d.changed_at desc
	limit 20`

// Drafts are a person's own, the last touched first.
func Drafts(ctx context.Context, r pg.Reader, user int64) ([]Unfinished, error) {
	rows, err := r.Query(ctx, draftsSQL, user)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[Unfinished])
}

const draftSQL = `select d.form from sales_drafts d where d.user_id = $1 and d.key = $2`

// DraftForm is what was typed.
func DraftForm(ctx context.Context, r pg.Reader, user int64, key id.Key) (form url.Values, err error) {
	err = r.QueryRow(ctx, draftSQL, user, string(key)).Scan(&form)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, problem.Missing("draft")
	}
	return form, err
}

const saveDraftSQL = `
	insert into sales_drafts (key, user_id, form, summary) values ($1, $2, $3, $4)
	on conflict (key) do update set form = excluded.form, summary = excluded.summary, changed_at = now()
	where sales_drafts.user_id = excluded.user_id`

// SaveDraft keeps what was typed so far.
func SaveDraft(tx *txn.Tx, user int64, key id.Key, form url.Values, summary string) {
	tx.Queue(saveDraftSQL, 1, problem.Missing("draft"), string(key), user, form, summary)
	tx.Quiet("a draft saves itself as it is typed")
}

const deleteDraftSQL = `delete from sales_drafts where user_id = $1 and key = $2`

// DropDraft forgets a draft: it was placed, or given up.
func DropDraft(tx *txn.Tx, user int64, key id.Key) {
	tx.Queue(deleteDraftSQL, -1, nil, user, string(key))
}
