//go:build data

package replay_test

import (
	"cmp"
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"packhouse/internal/pgtest"
	"packhouse/internal/replay"
	"packhouse/internal/trade"
)

// samples is where the real data lies.
func samples(t testing.TB) string {
	t.Helper()
	dir := cmp.Or(os.Getenv("DATA_SAMPLES"), filepath.Join("..", "..", "..", "shared", "data"))
	name := filepath.Join(dir, "uci-online-retail", "online_retail.csv.gz")
	if _, err := os.Stat(name); err != nil {
		t.Fatalf("the real data is not there, set DATA_SAMPLES: %v", err)
	}
	return name
}

// plain is what some days of the file come to, computed without the product:
// the sales lines, and with them the lines at price 0 of the same invoices.
type plain struct {
	Lines   int
	Value   *big.Rat // of every line
	Orders  map[string]*plainOrder
	Pieces  int64
	Sold    *big.Rat
	Pennies int64 // each line rounded
}

type plainOrder struct {
	Lines, Pieces, Pennies int64
	At                     string
	Words                  []string // code and quantity of each line, in order
}

func compute(t testing.TB, name, from, to string) plain {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	p := plain{Value: new(big.Rat), Sold: new(big.Rat), Orders: map[string]*plainOrder{}}
	rows := csv.NewReader(z)
	var days [][]string
	for {
		row, err := rows.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if day := row[4][:10]; day >= from && day <= to {
			days = append(days, row)
		}
	}
	worth := func(row []string) (int64, *big.Rat) {
		n, err := strconv.ParseInt(row[3], 10, 64)
		price, ok := new(big.Rat).SetString(row[5])
		if err != nil || !ok {
			t.Fatal(row)
		}
		return n, price.Mul(price, new(big.Rat).SetInt64(n))
	}
	sale := func(row []string) bool {
		return row[0][0] != 'C' && row[0][0] != 'A' && !strings.HasPrefix(row[3], "-")
	}
	for _, row := range days {
		_, value := worth(row)
		p.Lines++
		p.Value.Add(p.Value, value)
		if sale(row) && value.Sign() > 0 && p.Orders[row[0]] == nil {
			p.Orders[row[0]] = &plainOrder{At: row[4]}
		}
	}
	for _, row := range days {
		o := p.Orders[row[0]]
		if o == nil || !sale(row) {
			continue
		}
		n, value := worth(row)
		pennies, _ := strconv.ParseInt(strings.Replace(value.FloatString(2), ".", "", 1), 10, 64) // half away from zero
		o.Lines, o.Pieces, o.Pennies = o.Lines+1, o.Pieces+n, o.Pennies+pennies
		o.At = min(o.At, row[4])
		o.Words = append(o.Words, strings.ToLower(row[1])+"×"+row[3])
		p.Pieces, p.Pennies = p.Pieces+n, p.Pennies+pennies
		p.Sold.Add(p.Sold, value)
	}
	return p
}

// The days hold duplicates, returns and corrections; the order of 80,995
// pieces; the invoice of 1,114 lines; prices of a tenth of a penny.
func TestTheRealOrdersComeToWhatTheFileComesTo(t *testing.T) {
	t.Parallel()
	name := samples(t)
	for _, days := range [][2]string{{"2010-12-01", "2010-12-03"}, {"2011-10-31", "2011-10-31"}, {"2011-09-25", "2011-09-26"}, {"2011-12-09", "2011-12-09"}} {
		t.Run(days[0], func(t *testing.T) {
			t.Parallel()
			db := pgtest.DB(t)
			want := compute(t, name, days[0], days[1])
			var period trade.Period
			if period.From.UnmarshalText([]byte(days[0])) != nil || period.Through.UnmarshalText([]byte(days[1])) != nil {
				t.Fatal(days)
			}
			run := func() *replay.Report {
				rep, err := replay.Run(t.Context(), db.DB, db.Pools.Read, func() (io.ReadCloser, error) { return os.Open(name) }, replay.Options{Period: period, Zone: time.UTC})
				if err != nil {
					t.Fatal(err)
				}
				return rep
			}
			reports(t, run(), want)
			stored(t, db, want)
			before := world(t, db)
			if rep := run(); rep.Changed() || rep.Orders != len(want.Orders) || world(t, db) != before {
				t.Errorf("the second run: %+v", rep)
			}
		})
	}
}

func reports(t *testing.T, rep *replay.Report, want plain) {
	t.Helper()
	exact := func(v fmt.Stringer) *big.Rat {
		r, ok := new(big.Rat).SetString(v.String())
		if !ok {
			t.Fatal(v)
		}
		return r
	}
	if rep.Read.Lines != want.Lines || exact(rep.Read.Value).Cmp(want.Value) != 0 {
		t.Errorf("read %d lines worth %s, the file has %d worth %s", rep.Read.Lines, rep.Read.Value, want.Lines, want.Value.FloatString(3))
	}
	if rep.Taken.Lines+rep.LeftOver.Lines != want.Lines || rep.Taken.Pieces != want.Pieces || exact(rep.Taken.Value).Cmp(want.Sold) != 0 {
		t.Errorf("taken %+v and left %+v, the file has %d pieces worth %s", rep.Taken, rep.LeftOver, want.Pieces, want.Sold.FloatString(3))
	}
	if got := new(big.Rat).Add(exact(rep.Taken.Value), exact(rep.LeftOver.Value)); got.Cmp(want.Value) != 0 {
		t.Errorf("taken and left are worth %s, the file %s", got.FloatString(3), want.Value.FloatString(3))
	}
	if rep.Orders != len(want.Orders) || rep.NewOrders != rep.Orders || exact(rep.Total).Cmp(big.NewRat(want.Pennies, 100)) != 0 {
		t.Errorf("%d orders that total %s, the file has %d and %d pence", rep.Orders, rep.Total, len(want.Orders), want.Pennies)
	}
	text, err := json.Marshal(rep)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%s", text)
}

func stored(t *testing.T, db *pgtest.Database, want plain) {
	t.Helper()
	rows, err := db.Pools.Read.Query(t.Context(), `
		select o.external_ref, o.state, o.total_minor, to_char(o.placed_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS'), count(*), sum(l.quantity),
		       array_agg(lower(l.sku_code) || '×' || l.quantity order by l.position)
		from sales_orders o join sales_order_lines l on l.order_id = o.id
		group by o.id`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	n := 0
	for rows.Next() {
		var ref, state string
		var got plainOrder
		if err := rows.Scan(&ref, &state, &got.Pennies, &got.At, &got.Lines, &got.Pieces, &got.Words); err != nil {
			t.Fatal(err)
		}
		n++
		o := want.Orders[ref]
		if o == nil || state != "confirmed" || got.Pennies != o.Pennies || got.At != o.At || got.Lines != o.Lines || got.Pieces != o.Pieces || !slices.Equal(got.Words, o.Words) {
			t.Errorf("invoice %s is %s with %+v, the file has %+v", ref, state, got, o)
		}
	}
	if err := rows.Err(); err != nil || n != len(want.Orders) {
		t.Errorf("%d orders stand, the file has %d; %v", n, len(want.Orders), err)
	}
	if got := ask(t, db.Pools.Read, `select coalesce(sum(l.on_hand), 0) || ' ' || coalesce(sum(l.reserved), 0) || ' ' || (select coalesce(sum(a.quantity), 0) from inventory_allocations a where a.state = 'firm')
		|| ' ' || (select coalesce(sum(m.quantity), 0) from inventory_movements m) from inventory_levels l`); strings.Fields(got)[0] != strings.Fields(got)[1] ||
		strings.Fields(got)[1] != strings.Fields(got)[2] || strings.Fields(got)[2] != strings.Fields(got)[3] {
		t.Errorf("on hand, reserved, allocated, moved: %s", got)
	}
}
