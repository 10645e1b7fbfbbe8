package settings

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"packhouse/internal/list"
	"packhouse/internal/pg"
	"packhouse/internal/problem"
)

// Entry is one line of the audit trail: what was done that stands on no order.
type Entry struct {
	ID       int64
	Occurred time.Time
	Actor    string // staff, customer, visitor, system, import
	Name     string // as it was
	Kind     string
	Type     string // of what it is about
	Subject  int64
	Data     problem.Args
}

// Log is the list of what happened beside the orders; those have timelines of
// their own.
var Log = list.Spec{
	Columns: "e.id, e.occurred_at, e.actor_kind, e.actor_name, e.kind, e.subject_type, e.subject_id, e.data",
	From:    "(select v.id, v.occurred_at, v.actor_kind, v.actor_name, v.kind, v.subject_type, v.subject_id, v.data from events v where v.order_id is null) e",
	Key:     "e.id",
	Filters: map[string]list.Filter{
		"about": {SQL: "e.subject_type = any(?)", Read: about},
		"by":    {SQL: "e.actor_kind = any(?)", Read: list.Texts("staff", "customer", "visitor", "system", "import")},
		"from":  {SQL: "e.occurred_at >= ?::date", Read: list.Day},
		"until": {SQL: "e.occurred_at < ?::date + 1", Read: list.Day},
	},
	Sorts:   map[string]list.Sort{"when": {Column: "e.id", Type: "bigint"}},
	Default: "-when",
}

// abouts are the groups the log is narrowed to, and the subjects in each.
var abouts = map[string][]string{
	"settings":  {"settings", "channel", "entity", "tax_class"},
	"people":    {"user", "policy"},
	"customers": {"customer"},
	"products":  {"product", "sku", "price_list", "file"},
	"stock":     {"location", "bin", "level", "stock"},
	"links":     {"link", "mail", "job"},
}

// Abouts names the groups in the order they are offered.
var Abouts = []string{"settings", "people", "customers", "products", "stock", "links"}

func about(values []string) (any, bool) {
	var out []string
	for _, v := range values {
		out = append(out, abouts[v]...)
	}
	return out, len(out) > 0
}

// Entries is one page of the log, the latest first.
func Entries(ctx context.Context, r pg.Reader, q list.Query) (list.Page[Entry], error) {
	page, err := list.Read(ctx, r, q, pgx.RowToStructByPos[Entry], func(e Entry) (string, int64) { return fmt.Sprint(e.ID), e.ID })
	if err != nil {
		return page, fmt.Errorf("read the log: %w", err)
	}
	return page, nil
}

const latestSQL = `
	select e.id, e.occurred_at, e.actor_kind, e.actor_name, e.kind, e.subject_type, e.subject_id, e.data
	from events e
	where e.order_id is null and e.subject_type = $1 and e.subject_id = $2
	order by e.id desc
	limit 1`

// Latest is what was done last to a thing, for the screen that was overtaken;
// the zero Entry when nothing was.
func Latest(ctx context.Context, r pg.Reader, subject string, n int64) (Entry, error) {
	rows, err := r.Query(ctx, latestSQL, subject, n)
	if err != nil {
		return Entry{}, fmt.Errorf("read the latest change: %w", err)
	}
	e, err := pgx.CollectOneRow(rows, pgx.RowToStructByPos[Entry])
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return Entry{}, fmt.Errorf("read the latest change: %w", err)
	}
	return e, nil
}
