package million_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"packhouse/internal/million"
	"packhouse/internal/pgtest"
)

// watch is the house's own read pool, with its own settings, on a filled
// database; the server tells the plan of every statement as it really ran.
// EXPLAIN alone would plan with the values at hand, which a statement prepared
// under a generic plan does not.
type watch struct {
	pool  *pgxpool.Pool
	mu    sync.Mutex
	plans []plan
}

// plan is one executed statement.
type plan struct {
	Query string `json:"Query Text"`
	Root  node   `json:"Plan"`
}

// node is a part of a plan; numbers of rows are for each of its loops.
type node struct {
	Type     string  `json:"Node Type"`
	Relation string  `json:"Relation Name"`
	Index    string  `json:"Index Name"`
	Rows     float64 `json:"Actual Rows"`
	Loops    float64 `json:"Actual Loops"`
	Removed  float64 `json:"Rows Removed by Filter"`
	Recheck  float64 `json:"Rows Removed by Index Recheck"`
	Hit      float64 `json:"Shared Hit Blocks"`
	Read     float64 `json:"Shared Read Blocks"`
	Plans    []node  `json:"Plans"`
}

func open(t *testing.T) *watch {
	t.Helper()
	db := pgtest.DB(t)
	admin, err := pgx.Connect(t.Context(), pgtest.Admin(t, db))
	if err != nil {
		t.Fatal(err)
	}
	defer admin.Close(context.WithoutCancel(t.Context()))
	exec := func(ctx context.Context, sql string) error { _, err := admin.Exec(ctx, sql); return err }
	if err := million.Fill(t.Context(), orders, exec); err != nil {
		t.Fatal(err)
	}
	for name, value := range map[string]string{
		"session_preload_libraries": "auto_explain", "auto_explain.log_min_duration": "0", "auto_explain.log_analyze": "on", "auto_explain.log_buffers": "on",
		"auto_explain.log_timing": "off", "auto_explain.log_format": "json", "auto_explain.log_level": "notice",
		// The costs as they are where the house runs its own server (internal/pgrun); the test server has other things to save.
		"random_page_cost": "1.1", "effective_cache_size": "'1GB'", "work_mem": "'8MB'",
	} {
		if err := exec(t.Context(), "alter database "+admin.Config().Database+" set "+name+" = "+value); err != nil {
			t.Fatal(err)
		}
	}
	w := &watch{}
	cfg := db.Pools.Read.Config()
	cfg.MaxConns = 2
	cfg.ConnConfig.OnNotice = w.note
	if w.pool, err = pgxpool.NewWithConfig(t.Context(), cfg); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.pool.Close)
	return w
}

func (w *watch) note(_ *pgconn.PgConn, n *pgconn.Notice) {
	at := strings.IndexByte(n.Message, '{')
	if at < 0 {
		return
	}
	var p plan
	if err := json.Unmarshal([]byte(n.Message[at:]), &p); err != nil {
		p.Query = "unreadable plan: " + err.Error()
	}
	w.mu.Lock()
	w.plans = append(w.plans, p)
	w.mu.Unlock()
}

// Tables that grow with the orders; none of them may ever be read through.
var growing = []string{"sales_orders", "sales_order_lines", "sales_order_progress", "sales_order_search", "fulfilment_orders", "inventory_allocations", "events", "customers", "customer_addresses"}

// bound is how much one call may touch, however many orders there are.
type bound struct {
	pages float64 // of 8 KiB, in memory or not
	rows  float64 // that a part of a plan makes or throws away
}

// expect runs a call of the house twice, once to warm the server's own tables,
// and holds what it did against the bound.
func (w *watch) expect(t *testing.T, name string, b bound, call func(context.Context) error) {
	t.Helper()
	for range 2 {
		w.mu.Lock()
		w.plans = nil
		w.mu.Unlock()
		if err := call(t.Context()); err != nil {
			t.Errorf("%s: %v", name, err)
			return
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.plans) == 0 {
		t.Errorf("%s: no plan was told", name)
	}
	pages, most := 0.0, 0.0
	var wrong []string
	for _, p := range w.plans {
		pages += p.Root.Hit + p.Root.Read
		p.Root.walk(func(n node) {
			most = max(most, n.Rows*n.Loops, n.Removed*n.Loops, n.Recheck*n.Loops)
			// To stop after the first rows of a table that all fit is the best there is.
			if n.Type == "Seq Scan" && (n.Rows+n.Removed)*n.Loops > 6_000 && slices.Contains(growing, n.Relation) {
				wrong = append(wrong, "reads all of "+n.Relation)
			}
		})
	}
	if pages > b.pages {
		wrong = append(wrong, fmt.Sprintf("touches %.0f pages, more than %.0f", pages, b.pages))
	}
	if most > b.rows {
		wrong = append(wrong, fmt.Sprintf("goes through %.0f rows, more than %.0f", most, b.rows))
	}
	if os.Getenv("PLANS") != "" {
		fmt.Printf("%-60s %7.0f pages %8.0f rows\n", name, pages, most)
	}
	if len(wrong) == 0 {
		return
	}
	var text strings.Builder
	for _, p := range w.plans {
		p.Root.write(&text, 1)
	}
	t.Errorf("%s: %s\n%s", name, strings.Join(wrong, "; "), &text)
}

func (n node) walk(see func(node)) {
	see(n)
	for _, c := range n.Plans {
		c.walk(see)
	}
}

func (n node) write(b *strings.Builder, depth int) {
	fmt.Fprintf(b, "%*s%s %s %s: %.0f rows × %.0f, %.0f removed, %.0f pages\n", depth*2, "", n.Type, n.Relation, n.Index, n.Rows, n.Loops, n.Removed+n.Recheck, n.Hit+n.Read)
	for _, c := range n.Plans {
		c.write(b, depth+1)
	}
}
