//go:build bench

// Package bench measures the product from outside, on the machine it runs on:
// orders over HTTP against a server with its disk writes on, beside pgbench
// doing the very same statements, and the lists at three sizes. It is run by
// `make bench` and asserts nothing: a time is no test.
package bench

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"packhouse/internal/catalog"
	"packhouse/internal/demo"
	"packhouse/internal/id"
	"packhouse/internal/inventory"
	"packhouse/internal/migrate"
	"packhouse/internal/money"
	"packhouse/internal/pg"
	"packhouse/internal/pgrun"
	"packhouse/internal/txn"
	"packhouse/internal/worker"
)

// house is a server under measurement.
type house struct {
	pg    *pgrun.Server
	pools *pg.Pools
	db    *txn.DB
	oms   *exec.Cmd
	base  string
	dir   string
	rate  float64 // orders a second, of the last run
	sku   []string
	login url.Values
}

const secret = "a secret key for measuring only, 32+"

func open(t testing.TB, skus int) *house {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "packhouse-bench")
	must(t, err)
	must(t, os.Chmod(dir, 0o755)) // the server runs as another user when started by root
	h := &house{dir: dir}
	h.pg, err = pgrun.Start(ctx, pgrun.Options{Dir: dir, Settings: settings()})
	must(t, err)
	t.Cleanup(func() { h.close(); h.pg.Stop(); os.RemoveAll(dir) })
	must(t, migrateUp(ctx, h.pg.URL()))
	h.extend(t)
	h.pools, err = pg.Open(ctx, pg.Config{URL: h.pg.URL()})
	must(t, err)
	jobs, err := worker.Inserter(h.pools.Write, nil)
	must(t, err)
	h.db = txn.Open(h.pools.Write, jobs, txn.Limits{Statement: time.Minute, Lock: time.Minute, Idle: time.Minute})
	must(t, demo.Plant(ctx, h.db))
	h.mark(t)
	h.goods(t, skus)
	h.serve(t)
	return h
}

func migrateUp(ctx context.Context, url string) error {
	_, err := migrate.Up(ctx, url)
	return err
}

// goods are articles with stock enough for any run.
func (h *house) goods(t testing.TB, n int) {
	ctx := context.Background()
	var lists []id.PriceList
	rows, err := h.pools.Read.Query(ctx, "select id from catalog_price_lists where base")
	must(t, err)
	for rows.Next() {
		var l id.PriceList
		must(t, rows.Scan(&l))
		lists = append(lists, l)
	}
	_, err = txn.Do(ctx, h.db, demo.Actor, txn.Once(), func(ctx context.Context, tx *txn.Tx) (struct{}, error) {
		var stock []inventory.Adjustment
		for i := range n {
			code := fmt.Sprintf("B-%05d", i)
			_, sku, err := catalog.Create(ctx, tx, catalog.ProductInput{Name: "Article " + code, Kind: catalog.Goods, TaxClass: "standard"},
				catalog.SKUInput{Code: code, SoldUnit: "piece", UnitRatio: 1, PackSize: 1, MinQuantity: 1})
			if err != nil {
				return struct{}{}, err
			}
			if err := catalog.SetPrice(ctx, tx, catalog.PriceInput{List: lists[0], Code: code, Least: 1, Unit: money.MustUnitPrice("9.95")}); err != nil {
				return struct{}{}, err
			}
			stock = append(stock, inventory.Adjustment{SKU: sku, Location: 1, Delta: 1_000_000, Kind: inventory.Opening, Reason: "for measuring"})
			h.sku = append(h.sku, code)
		}
		_, err := inventory.AdjustAll(ctx, tx, stock)
		return struct{}{}, err
	})
	must(t, err)
}

var passwordLine = regexp.MustCompile(`[a-z0-9]{5}(-[a-z0-9]{5}){3}`)

// serve starts the real binary in a process of its own.
func (h *house) serve(t testing.TB) {
	bin, err := filepath.Abs("../../bin/oms")
	must(t, err)
	free, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	address := free.Addr().String()
	must(t, free.Close())
	env := append(os.Environ(), "DATABASE_URL="+h.pg.URL(), "SECRET_KEY="+secret, "LISTEN_ADDR="+address, "METRICS_ADDR=off", "LOG_LEVEL=error", "GOMAXPROCS=2")
	add := exec.Command(bin, "user", "add", "bench@demo.test", "--name", "Bench", "--role", "sales")
	add.Env = env
	out, err := add.CombinedOutput()
	if err != nil {
		t.Fatalf("add a person: %v\n%s", err, out)
	}
	h.login = url.Values{"email": {"bench@demo.test"}, "password": {passwordLine.FindString(string(out))}}
	h.oms = exec.Command(bin, "serve", "--no-jobs")
	h.oms.Env = env
	h.oms.Stdout, h.oms.Stderr = os.Stderr, os.Stderr
	must(t, h.oms.Start())
	h.base = "http://" + address
	for range 100 {
		if r, err := http.Get(h.base + "/readyz"); err == nil {
			r.Body.Close()
			if r.StatusCode == 200 {
				return
			}
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Fatal("the server did not become ready")
}

// close ends the server under measurement and the connections to the database.
func (h *house) close() {
	if h.oms != nil {
		h.oms.Process.Signal(os.Interrupt)
		h.oms.Wait()
		h.oms = nil
	}
	if h.pools != nil {
		h.pools.Close()
		h.pools = nil
	}
}

// client is one signed-in browser.
func (h *house) client(t testing.TB) *http.Client {
	jar, _ := cookiejar.New(nil)
	c := &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{MaxIdleConnsPerHost: 4}}
	form := url.Values{}
	for k, v := range h.login {
		form[k] = v
	}
	form.Set("command", string(id.NewKey()))
	r, err := c.PostForm(h.base+"/login", form)
	must(t, err)
	io.Copy(io.Discard, r.Body)
	r.Body.Close()
	if r.StatusCode != http.StatusSeeOther {
		t.Fatalf("sign in: %s", r.Status)
	}
	return c
}

func (h *house) place(c *http.Client, n int) (order string, err error) {
	f := url.Values{"command": {string(id.NewKey())}, "channel": {"phone"}, "contact_name": {"Measured Person " + strconv.Itoa(n%5000)}, "email": {fmt.Sprintf("p%d@bench.test", n%5000)},
		"phone": {fmt.Sprintf("+4940%07d", n%5000)}, "ship_to.name": {"Measured Person"}, "ship_to.line1": {"Lagerstraße 4"}, "ship_to.city": {"Hamburg"}, "ship_to.postcode": {"20357"}, "ship_to.country": {"DE"},
		"delivery": {"standard"}, "wish": {"as_ready"}, "po_number": {"PO-" + strconv.Itoa(n)}}
	for i := range 3 {
		f.Set(fmt.Sprintf("lines[%d].sku", i), h.sku[(n*7+i*331)%len(h.sku)])
		f.Set(fmt.Sprintf("lines[%d].quantity", i), strconv.Itoa(1+i))
	}
	r, err := c.PostForm(h.base+"/orders/new", f)
	if err != nil {
		return "", err
	}
	body, _ := io.ReadAll(r.Body)
	r.Body.Close()
	if r.StatusCode != http.StatusSeeOther {
		return "", fmt.Errorf("place: %s %.2000s", r.Status, body)
	}
	return r.Header.Get("Location"), nil
}

func (h *house) confirm(c *http.Client, order string) error {
	r, err := c.PostForm(h.base+order+"/confirm", url.Values{"command": {string(id.NewKey())}, "version": {"1"}})
	if err != nil {
		return err
	}
	body, _ := io.ReadAll(r.Body)
	r.Body.Close()
	if r.StatusCode != http.StatusSeeOther {
		return fmt.Errorf("confirm: %s %.2000s", r.Status, body)
	}
	return nil
}

// cpu is the processor time of a process tree, in seconds.
func cpu(roots ...int) float64 {
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	parent, used := map[int]int{}, map[int]float64{}
	for _, f := range stats {
		raw, err := os.ReadFile(f)
		if err != nil {
			continue
		}
		pid, _ := strconv.Atoi(strings.Split(f, "/")[2])
		fields := strings.Fields(string(raw[strings.LastIndexByte(string(raw), ')')+2:]))
		parent[pid], _ = strconv.Atoi(fields[1])
		u, _ := strconv.ParseFloat(fields[11], 64)
		s, _ := strconv.ParseFloat(fields[12], 64)
		used[pid] = (u + s) / 100
	}
	sum := 0.0
	for pid := range used {
		for p := pid; p > 1; p = parent[p] {
			if slices.Contains(roots, p) {
				sum += used[pid]
				break
			}
		}
	}
	return sum
}

func rss(pid int) string {
	raw, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	for _, l := range strings.Split(string(raw), "\n") {
		if strings.HasPrefix(l, "VmRSS:") {
			return strings.TrimSpace(strings.TrimPrefix(l, "VmRSS:"))
		}
	}
	return "?"
}

// TestOrders prints what the server takes over HTTP beside what pgbench reaches
// with the statements and commits of such an order on the same PostgreSQL, run
// right after it: one statement a round trip, and all of a command in one.
func TestOrders(t *testing.T) {
	h := open(t, 1000)
	c := h.client(t)
	one := func() {
		o, err := h.place(c, 1)
		must(t, err)
		must(t, h.confirm(c, o))
	}
	for range 8 { // until plans and the types of statements are known
		one()
	}
	captured := h.capture(t, one)
	single, pipelined := h.script(t, captured, false), h.script(t, captured, true)
	fmt.Printf("\none order, placed and confirmed, is %d statements and 2 commits\n", len(captured)-2)
	n := 0
	for _, clients := range []int{1, 8, 32} {
		h.takeOrders(t, clients, &n)
		runtime.GC()
		a, b := h.limit(t, single, clients, 6), h.limit(t, pipelined, clients, 6)
		fmt.Printf("            pgbench, the same statements: %.0f orders/s one by one, %.0f pipelined; the application reaches %.0f %% and %.0f %%; load %s\n",
			a, b, 100*h.rate/a, 100*h.rate/b, load())
	}
}

// takeOrders has so many clients place and confirm orders for some seconds.
func (h *house) takeOrders(t *testing.T, clients int, n *int) {
	var mu sync.Mutex
	browsers := make([]*http.Client, clients)
	for i := range browsers {
		browsers[i] = h.client(t)
	}
	for i := range browsers { // warm
		o, err := h.place(browsers[i], i)
		must(t, err)
		must(t, h.confirm(browsers[i], o))
	}
	var placed, confirmed []time.Duration
	app0, pg0, start := cpu(h.oms.Process.Pid), cpu(h.pg.PID()), time.Now()
	deadline := start.Add(8 * time.Second)
	var wg sync.WaitGroup
	for _, c := range browsers {
		wg.Go(func() {
			for time.Now().Before(deadline) {
				mu.Lock()
				*n++
				me := *n
				mu.Unlock()
				a := time.Now()
				o, err := h.place(c, me)
				b := time.Now()
				if err == nil {
					err = h.confirm(c, o)
				}
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				placed, confirmed = append(placed, b.Sub(a)), append(confirmed, time.Since(b))
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	done := float64(len(placed))
	h.rate = done / time.Since(start).Seconds()
	app, server := (cpu(h.oms.Process.Pid)-app0)/done*1000, (cpu(h.pg.PID())-pg0)/done*1000
	fmt.Printf("%2d clients: %6.0f orders/s placed and confirmed; place %s; confirm %s; CPU an order %.2f ms (application %.2f, PostgreSQL %.2f); server memory %s\n",
		clients, h.rate, quantiles(placed), quantiles(confirmed), app+server, app, server, rss(h.oms.Process.Pid))
}

// load is how busy the machine is, this measurement included.
func load() string {
	raw, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	return strings.Join(strings.Fields(string(raw))[:2], " ")
}

func quantiles(d []time.Duration) string {
	slices.Sort(d)
	if len(d) == 0 {
		return "none"
	}
	return fmt.Sprintf("p50 %.1f p95 %.1f p99 %.1f ms", at(d, .5), at(d, .95), at(d, .99))
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// settings adds what a measurement needs to see, when it is asked for.
func settings() []string {
	// The log is written only while statements are captured.
	all := []string{"logging_collector=on", "log_destination=jsonlog", "log_directory=log", "log_min_messages=log", "log_min_error_statement=fatal"}
	if os.Getenv("TRACE") != "" {
		all = append(all, "shared_preload_libraries=pg_stat_statements", "pg_stat_statements.track_planning=on")
	}
	return all
}
