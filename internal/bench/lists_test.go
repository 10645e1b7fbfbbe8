//go:build bench

package bench

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"packhouse/internal/million"
	"packhouse/internal/sales"
)

// sizes are how many orders stand in the database. SIZES=1000,100000 asks for others.
func sizes() (out []int) {
	for _, s := range strings.Split(cmp.Or(os.Getenv("SIZES"), "1000,100000,1000000"), ",") {
		n, _ := strconv.Atoi(s)
		out = append(out, n)
	}
	return out
}

// asked is one thing to look at: a page, and the reads it is made of.
type asked struct {
	name string
	path string
	read func(context.Context) error
}

// TestLists prints how long lists, searches and an order's page take with ever
// more orders: over HTTP, and the read alone.
func TestLists(t *testing.T) {
	type figure struct{ http, read []time.Duration }
	all := map[string][]figure{}
	var names []string
	for _, n := range sizes() {
		h := open(t, 1)
		start := time.Now()
		h.fill(t, n)
		fmt.Printf("%d orders filled in, in %.0f s; load %s\n", n, time.Since(start).Seconds(), load())
		c := h.client(t)
		for _, a := range h.questions(t, n) {
			var f figure
			for i := range 60 {
				began := time.Now()
				r, err := c.Get(h.base + a.path)
				must(t, err)
				io.Copy(io.Discard, r.Body)
				r.Body.Close()
				took := time.Since(began)
				if r.StatusCode != http.StatusOK && r.StatusCode != http.StatusSeeOther {
					t.Fatalf("%s: %s", a.path, r.Status)
				}
				began = time.Now()
				must(t, a.read(t.Context()))
				if i >= 10 { // the first ones warm the server
					f.http, f.read = append(f.http, took), append(f.read, time.Since(began))
				}
			}
			if !slices.Contains(names, a.name) {
				names = append(names, a.name)
			}
			all[a.name] = append(all[a.name], f)
		}
		fmt.Printf("%d orders: server memory %s; load %s\n", n, rss(h.oms.Process.Pid), load())
		h.close()
	}
	fmt.Printf("\n%-24s", "p50 / p95 in ms, of")
	for _, n := range sizes() {
		fmt.Printf(" | %9d page, read     ", n)
	}
	fmt.Println(" | growth of the read's p50")
	for _, name := range names {
		fmt.Printf("%-24s", name)
		for _, f := range all[name] {
			fmt.Printf(" | %6.1f %6.1f, %6.1f %6.1f", at(f.http, .5), at(f.http, .95), at(f.read, .5), at(f.read, .95))
		}
		fmt.Printf(" | %.1fx\n", at(all[name][len(all[name])-1].read, .5)/at(all[name][0].read, .5))
	}
}

func (h *house) fill(t testing.TB, n int) {
	ctx := t.Context()
	conn, err := pgx.Connect(ctx, strings.Replace(h.pg.AdminURL(), "/postgres?", "/packhouse?", 1))
	must(t, err)
	defer conn.Close(context.Background())
	must(t, million.Fill(ctx, n, func(ctx context.Context, sql string) error { _, err := conn.Exec(ctx, sql); return err }))
	_, err = conn.Exec(ctx, "checkpoint")
	must(t, err)
}

const middleSQL = `select to_char(placed_at, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') || '~' || order_id from sales_order_progress where order_id = $1`

const someoneSQL = `select o.email, split_part(o.contact_name, ' ', 2), o.phone, o.po_number from sales_orders o where o.id = $1`

func (h *house) questions(t testing.TB, n int) []asked {
	var cursor, email, surname, phone, po string
	must(t, h.pools.Read.QueryRow(t.Context(), middleSQL, million.First+n/2).Scan(&cursor))
	must(t, h.pools.Read.QueryRow(t.Context(), someoneSQL, million.First+n/2+1-(n/2+1)%3+1).Scan(&email, &surname, &phone, &po))
	list := func(name string, v url.Values) asked {
		return asked{"list, " + name, "/orders?" + v.Encode(), func(ctx context.Context) error {
			_, err := sales.Page(ctx, h.pools.Read, sales.List.Parse(v))
			return err
		}}
	}
	search := func(name, typed string) asked {
		return asked{"search, " + name, "/search?" + url.Values{"q": {typed}}.Encode(), func(ctx context.Context) error {
			_, err := sales.Search(ctx, h.pools.Read, typed, 25)
			return err
		}}
	}
	order := sales.Row{ID: million.First}.ID
	return []asked{
		list("review", url.Values{"bucket": {"review"}}), list("all", url.Values{"all": {"1"}}), list("all, deep", url.Values{"all": {"1"}, "after": {cursor}}),
		list("all, back", url.Values{"all": {"1"}, "before": {cursor}}), list("all by total", url.Values{"all": {"1"}, "sort": {"-total"}}),
		list("rare channel", url.Values{"all": {"1"}, "channel": {strconv.Itoa(million.RareChannel)}}), list("one customer", url.Values{"all": {"1"}, "customer": {"1000007"}}),
		search("number", strconv.Itoa(million.First+n/2)), search("part of a number", strconv.Itoa(million.First + n/2)[2:]), search("e-mail", email), search("surname", surname),
		search("rare surname", million.RareName), search("phone", "+49 (0)"+phone[3:]), search("common SKU", "SKU-00001"), search("rare SKU", million.RareSKU), search("PO number", po),
		search("what all have", "test"), search("nothing", "no such thing"),
		{"order", fmt.Sprintf("/orders/%d", order), func(ctx context.Context) error { _, err := sales.Get(ctx, h.pools.Read, order); return err }},
	}
}

func at(d []time.Duration, p float64) float64 {
	slices.Sort(d)
	return d[int(float64(len(d)-1)*p)].Seconds() * 1000
}
