package sales

import (
	"context"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"packhouse/internal/list"
	"packhouse/internal/pg"
	"packhouse/internal/problem"
	"packhouse/internal/txn"
)

// View is a list as somebody likes it: a name for a stored query string.
type View struct {
	ID    int64
	Name  string
	Query string
}

const viewsSQL = `select v.id, v.name, v.query from sales_saved_views v where v.user_id = $1 order by v.name limit 20`

// Views are a person's own.
func Views(ctx context.Context, r pg.Reader, user int64) ([]View, error) {
	rows, err := r.Query(ctx, viewsSQL, user)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[View])
}

const saveViewSQL = `
	insert into sales_saved_views (user_id, name, query) values ($1, $2, $3)
	on conflict (user_id, name) do update set query = excluded.query`

// SaveView keeps a query under a name; the same name again replaces it.
func SaveView(ctx context.Context, tx *txn.Tx, user int64, name, query string) error {
	name = strings.TrimSpace(name)
	v := &problem.Invalid{}
	if name == "" {
		v.Add("name", "required")
	}
	if utf8.RuneCountInString(name) > 40 {
		v.Add("name", "too_long", "max", 40)
	}
	values, err := url.ParseQuery(query)
	if err != nil || len(query) > 2000 {
		v.Add("query", "required")
	}
	if err := v.Err(); err != nil {
		return err
	}
	tx.Queue(saveViewSQL, 1, nil, user, name, List.Parse(values).Encode())
	tx.Quiet("a person's own view of a list")
	return nil
}

const deleteViewSQL = `delete from sales_saved_views where user_id = $1 and id = $2`

// DeleteView forgets one of a person's views.
func DeleteView(tx *txn.Tx, user, view int64) error {
	tx.Queue(deleteViewSQL, 1, problem.Missing("view"), user, view)
	tx.Quiet("a person's own view of a list")
	return nil
}

const byIDsSQL = `
	select p.order_id, p.number, p.bucket, p.state, c.name, coalesce(p.customer_id, 0), p.customer_name, p.placed_at, nullif(p.promised_day, 'infinity'),
	       p.line_count, p.ordered, p.reserved, p.shipped, p.holds, p.total_minor, p.currency, p.sentence, p.args
	from sales_order_progress p
	join channels c on c.id = p.channel_id
	where p.order_id = any($1)
	order by p.order_id`

// ByIDs are some orders as lists show them.
func ByIDs(ctx context.Context, r pg.Reader, orders []int64) ([]Row, error) {
	rows, err := r.Query(ctx, byIDsSQL, orders)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[Row])
}

// Each hands every row of a list to do, page by page, so that an export of a
// million rows holds fifty at a time.
func Each(ctx context.Context, r pg.Reader, q list.Query, do func(Row) error) error {
	for {
		page, err := Page(ctx, r, q)
		if err != nil {
			return err
		}
		for _, row := range page.Rows {
			if err := do(row); err != nil {
				return err
			}
		}
		if !page.HasNext {
			return nil
		}
		values, err := url.ParseQuery(page.Next)
		if err != nil {
			return err
		}
		q = List.Parse(values)
	}
}
