//go:build bench

package bench

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
)

// TestTrace prints what one order costs in statements.
func TestTrace(t *testing.T) {
	h := open(t, 1000)
	c := h.client(t)
	for i := range 60 {
		o, err := h.place(c, i)
		must(t, err)
		must(t, h.confirm(c, o))
	}
	ctx := t.Context()
	_, err := h.pools.Write.Exec(ctx, "select pg_stat_statements_reset()")
	must(t, err)
	for i := range 300 {
		o, err := h.place(c, i)
		must(t, err)
		must(t, h.confirm(c, o))
	}
	rows, err := h.pools.Write.Query(ctx, `select calls, total_exec_time / 300, total_plan_time / 300, left(regexp_replace(query, '\s+', ' ', 'g'), 110) from pg_stat_statements order by total_exec_time + total_plan_time desc limit 45`)
	must(t, err)
	defer rows.Close()
	for rows.Next() {
		var calls int64
		var exec, plan float64
		var q string
		must(t, rows.Scan(&calls, &exec, &plan, &q))
		fmt.Printf("%5d %7.3f ms %7.3f ms plan  %s\n", calls, exec, plan, q)
	}
}

func (h *house) extend(t testing.TB) {
	if os.Getenv("TRACE") != "" {
		h.admin(t, "create extension pg_stat_statements", "grant execute on function pg_stat_statements_reset(oid,oid,bigint) to public", "grant pg_read_all_stats to packhouse")
	}
}

// admin runs statements as the server's superuser.
func (h *house) admin(t testing.TB, statements ...string) {
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, strings.Replace(h.pg.AdminURL(), "/postgres?", "/packhouse?", 1))
	must(t, err)
	defer conn.Close(ctx)
	for _, sql := range statements {
		if _, err := conn.Exec(ctx, sql); err != nil {
			t.Fatalf("%.300s: %v", sql, err)
		}
	}
}
