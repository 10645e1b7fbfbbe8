//go:build bench

package bench

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
)

// Numbers that stand for one thing only wherever they turn up in a captured
// statement, so that each can be made anew for every order of pgbench.
const (
	firstCustomer = 120_000_000
	firstSKU      = 220_000_000
)

// mark moves the sequences to where their numbers are unmistakable.
func (h *house) mark(t testing.TB) {
	h.admin(t,
		fmt.Sprintf("select setval(pg_get_serial_sequence('catalog_skus', 'id'), %d, false)", firstSKU),
		"select setval('notify_mails_id_seq', 330000000)", "select setval('sales_order_number_seq', 660000000)",
		"select setval('sales_orders_id_seq', 770000000)", "select setval('sales_order_lines_id_seq', 880000000)",
		fmt.Sprintf(`insert into customers (id, kind, name, email, phone, phone_digits) overriding system value
			select %d + n, 'person', 'Measured Person ' || n, 'p' || n || '@bench.test', '+4940' || lpad(n::text, 7, '0'), '4940' || lpad(n::text, 7, '0') from generate_series(0, 4999) n`, firstCustomer),
		"analyze customers")
}

// fresh are the things of one order, and what pgbench puts in their place.
var fresh = []struct {
	find *regexp.Regexp
	as   []string // the first found, the second …
}{
	{regexp.MustCompile(`\b77\d{7}\b`), []string{":oid"}},
	{regexp.MustCompile(`\b66\d{7}\b`), []string{":num"}},
	{regexp.MustCompile(`\b88\d{7}\b`), []string{":l1", ":l2", ":l3", ":l4"}},
	{regexp.MustCompile(`\b33\d{7}\b`), []string{":m1", ":m2"}},
	{regexp.MustCompile(`\b22\d{7}\b`), []string{":s1", ":s2", ":s3"}},
	{regexp.MustCompile(`\b12\d{7}\b`), []string{":cid"}},
	{regexp.MustCompile(`\bB-\d{5}\b`), []string{":c1", ":c2", ":c3"}},
	{regexp.MustCompile(`\bp1@bench\.test\b`), []string{":mail"}},
	{regexp.MustCompile(`\b[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}\b`), []string{":k1", ":k2"}},
}

const freshSQL = `\set a random(0, 332)
\set b random(333, 665)
\set c random(666, 999)
\set person random(0, 4999)
\set s1 220000000 + :a
\set s2 220000000 + :b
\set s3 220000000 + :c
\set cid 120000000 + :person
select nextval('sales_orders_id_seq') as oid, nextval('sales_order_number_seq') as num, nextval('sales_order_lines_id_seq') as l1, nextval('sales_order_lines_id_seq') as l2, nextval('sales_order_lines_id_seq') as l3, nextval('sales_order_lines_id_seq') as l4, nextval('notify_mails_id_seq') as m1, nextval('notify_mails_id_seq') as m2, gen_random_uuid() as k1, gen_random_uuid() as k2, 'B-' || lpad(:a::text, 5, '0') as c1, 'B-' || lpad(:b::text, 5, '0') as c2, 'B-' || lpad(:c::text, 5, '0') as c3, 'p' || :person::text || '@bench.test' as mail \gset
`

var given = regexp.MustCompile(`\$(\d+)`)

// script makes what was captured of one order into a script of pgbench. What
// the application asks for to get fresh numbers is asked once, in front.
func (h *house) script(t testing.TB, captured []logged, pipelined bool) string {
	ctx := t.Context()
	conn, err := pgx.Connect(ctx, h.pg.URL())
	must(t, err)
	defer conn.Close(ctx)
	var b strings.Builder
	b.WriteString(freshSQL)
	if pipelined {
		b.WriteString("\\startpipeline\n")
	}
	seen := map[string]string{}
	used := make([]int, len(fresh))
	commits := 0
	for _, l := range captured {
		_, sql, _ := strings.Cut(l.Message, ": ")
		sql = strings.Join(strings.Fields(sql), " ")
		if strings.HasPrefix(sql, "select nextval(") {
			continue
		}
		params := parameters(l.Detail)
		if len(params) > 0 {
			d, err := conn.Prepare(ctx, "", sql)
			must(t, err)
			types := make([]string, len(params))
			for i, oid := range d.ParamOIDs {
				must(t, conn.QueryRow(ctx, "select $1::oid::regtype::text", oid).Scan(&types[i]))
			}
			sql = given.ReplaceAllStringFunc(sql, func(s string) string {
				i, _ := strconv.Atoi(s[1:])
				return value(t, params[i-1], types[i-1], seen, used)
			})
		}
		b.WriteString(sql + ";\n")
		if sql == "commit" {
			commits++
			if pipelined && commits == 1 {
				b.WriteString("\\endpipeline\n\\startpipeline\n")
			}
		}
	}
	if pipelined {
		b.WriteString("\\endpipeline\n")
	}
	if commits != 2 {
		t.Fatalf("%d commits captured, not 2", commits)
	}
	return b.String()
}

// value is a captured value as an expression, with what is fresh put in.
func value(t testing.TB, v *string, typ string, seen map[string]string, used []int) string {
	if v == nil {
		return "null::" + typ
	}
	parts, rest := []string{}, *v
	for rest != "" {
		at, end, with := len(rest), len(rest), ""
		for i, f := range fresh {
			loc := f.find.FindStringIndex(rest)
			if loc == nil || loc[0] >= at {
				continue
			}
			token := rest[loc[0]:loc[1]]
			if seen[token] == "" {
				if used[i] == len(f.as) {
					t.Fatalf("more of %s than expected: %s", f.as[0], token)
				}
				seen[token] = f.as[used[i]]
				used[i]++
			}
			at, end, with = loc[0], loc[1], seen[token]+"::text"
		}
		if at > 0 {
			parts = append(parts, quote(rest[:at]))
		}
		if with != "" {
			parts = append(parts, with)
		}
		rest = rest[end:]
	}
	if len(parts) == 0 {
		parts = []string{"''"}
	}
	return "(" + strings.Join(parts, " || ") + ")::" + typ
}

// quote spells text so that pgbench sees no variable in it.
func quote(s string) string {
	return "E'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`, ":", `\x3a`).Replace(s) + "'"
}

var parameter = regexp.MustCompile(`\$\d+ = (NULL|'(?:[^']|'')*')(?:, |$)`)

// parameters are the values of a logged statement; nil stands for NULL.
func parameters(detail string) (out []*string) {
	for _, m := range parameter.FindAllStringSubmatch(strings.TrimPrefix(detail, "parameters: "), -1) {
		if m[1] == "NULL" {
			out = append(out, nil)
			continue
		}
		s := strings.ReplaceAll(m[1][1:len(m[1])-1], "''", "'")
		out = append(out, &s)
	}
	return out
}

// limit runs the script and gives orders a second.
func (h *house) limit(t testing.TB, script string, clients, seconds int) float64 {
	file := filepath.Join(t.TempDir(), "order.sql")
	must(t, os.WriteFile(file, []byte(script), 0o600))
	program, err := exec.LookPath("pgbench")
	if err != nil {
		all, _ := filepath.Glob("/usr/lib/postgresql/*/bin/pgbench")
		if len(all) == 0 {
			t.Fatal("no pgbench to compare with")
		}
		program = slices.Max(all)
	}
	cmd := exec.Command(program, "-n", "-M", "prepared", "-f", file, "-c", strconv.Itoa(clients), "-j", strconv.Itoa(min(clients, 2)), "-T", strconv.Itoa(seconds), h.pg.URL())
	cmd.Env = append(os.Environ(), "PGOPTIONS=-c plan_cache_mode=force_generic_plan -c jit=off")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("pgbench: %v\n%.3000s", err, out)
	}
	m := regexp.MustCompile(`tps = ([0-9.]+)`).FindSubmatch(out)
	if m == nil {
		t.Fatalf("pgbench said no rate:\n%s", out)
	}
	rate, _ := strconv.ParseFloat(string(m[1]), 64)
	return rate
}
