package million_test

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"testing"
	"time"

	"packhouse/internal/catalog"
	"packhouse/internal/customers"
	"packhouse/internal/id"
	"packhouse/internal/million"
	"packhouse/internal/sales"
	"packhouse/internal/work"
)

// A list may touch this much for a page of fifty, a search for its answer: some
// tens of milliseconds at the very worst, a few as a rule.
var (
	aList   = bound{pages: 2_000, rows: 10_000}
	aNarrow = bound{pages: 40_000, rows: 60_000} // a filter that sorts by something else than it filters by: at worst all of a small bucket
	aSearch = bound{pages: 20_000, rows: 60_000}
	aType   = bound{pages: 5_000, rows: 6_000} // while somebody types
)

// A06 A07 A90: whatever is asked of the lists and the search, what it touches
// does not grow with the orders. The test fills one database and asks it all.
func TestNoQuestionReadsThroughTheOrders(t *testing.T) {
	t.Parallel()
	w := open(t)
	t.Run("lists", func(t *testing.T) { lists(t, w) })
	t.Run("filters", func(t *testing.T) { filters(t, w) })
	t.Run("search", func(t *testing.T) { search(t, w) })
	t.Run("hits are not lost", func(t *testing.T) { found(t, w) })
	t.Run("pages turn both ways", func(t *testing.T) { walked(t, w) })
	t.Run("counts and inboxes", func(t *testing.T) { inboxes(t, w) })
	t.Run("customers and articles", func(t *testing.T) { others(t, w) })
}

func page(w *watch, v url.Values) func(context.Context) error {
	return func(ctx context.Context) error {
		_, err := sales.Page(ctx, w.pool, sales.List.Parse(v))
		return err
	}
}

const keysSQL = `select to_char(placed_at, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), nullif(promised_day, 'infinity')::text, total_minor::text from sales_order_progress where order_id = $1`

// keys are the sort keys of an order, for a page from the middle.
func keys(t *testing.T, w *watch, order int) map[string]string {
	t.Helper()
	var placed, total string
	var promised *string
	if err := w.pool.QueryRow(t.Context(), keysSQL, order).Scan(&placed, &promised, &total); err != nil {
		t.Fatal(err)
	}
	out := map[string]string{"placed": placed, "promised": "infinity", "total": total}
	if promised != nil {
		out["promised"] = *promised
	}
	return out
}

func lists(t *testing.T, w *watch) {
	middle, recent := million.First+orders/2, million.First+orders-1500
	for _, sort := range []string{"placed", "promised", "total"} {
		for _, dir := range []string{"", "-"} {
			for _, bucket := range append([]string{""}, sales.Buckets...) {
				v := url.Values{"sort": {dir + sort}}
				if bucket != "" {
					v.Set("bucket", bucket)
				}
				name := fmt.Sprintf("list %s by %s%s", bucket, dir, sort)
				w.expect(t, name+" first", aList, page(w, v))
				for _, order := range []int{middle, recent} {
					for _, way := range []string{"after", "before"} {
						v := url.Values{"sort": v["sort"], "bucket": v["bucket"], way: {keys(t, w, order)[sort] + "~" + strconv.Itoa(order)}}
						w.expect(t, fmt.Sprintf("%s %s %d", name, way, order), aList, page(w, v))
					}
				}
			}
		}
	}
}

func filters(t *testing.T, w *watch) {
	day := func(ago int) string { return time.Now().AddDate(0, 0, -ago).Format(time.DateOnly) }
	sku := func(n int) []string { return []string{strconv.Itoa(100000 + n)} }
	for name, f := range map[string]url.Values{
		"common channel": {"channel": {"9001"}}, "two channels": {"channel": {"9004", "9005"}}, "seldom channel": {"channel": {"9005"}},
		"rare channel": {"channel": {strconv.Itoa(million.RareChannel)}}, "channel without orders": {"channel": {strconv.Itoa(million.NoChannel)}},
		"rare and common channel": {"channel": {strconv.Itoa(million.RareChannel), "9001"}},
		"customer with many":      {"customer": {"1000007"}}, "customer with few": {"customer": {"1000077"}},
		"location": {"location": {"9001"}}, "far location": {"location": {strconv.Itoa(million.FarLocation)}},
		"placed on a day": {"placed_from": {day(300)}, "placed_to": {day(300)}}, "placed in a month": {"placed_from": {day(330)}, "placed_to": {day(300)}},
		"placed since": {"placed_from": {day(365)}}, "placed long ago": {"placed_to": {day(700)}},
		"promised by": {"promised_by": {day(0)}}, "promised long ago": {"promised_by": {day(700)}},
		"total from": {"total_from": {"150000"}}, "total between": {"total_from": {"20000"}, "total_to": {"20010"}},
		"held":       {"held": {"yes"}},
		"common sku": {"sku": sku(1)}, "middling sku": {"sku": sku(2500)}, "rare sku": {"sku": sku(5001)}, "sku without orders": {"sku": sku(5002)},
	} {
		for _, sort := range []string{"-placed", "placed", "promised", "-total"} {
			for _, bucket := range []string{"", "review", "work", "closed"} {
				v := url.Values{"sort": {sort}}
				for k, values := range f {
					v[k] = values
				}
				if bucket != "" {
					v.Set("bucket", bucket)
				}
				w.expect(t, fmt.Sprintf("filter %s in %s by %s", name, bucket, sort), aNarrow, page(w, v))
			}
		}
	}
}

func search(t *testing.T, w *watch) {
	for name, typed := range map[string]string{
		"number":      strconv.Itoa(million.First + orders/2),
		"number part": strconv.Itoa(million.First + orders/2)[2:], "digits many share": "100", "e-mail": "p77@", "e-mail domain": "mail.test", "surname": "Kowalski",
		"rare surname": million.RareName, "accents": "Müller", "first name": "anna", "words": "chloe pe",
		"phone": "+49 (0)40 0061000", "phone national": "040 / 006 1000", "phone zeros": "0049-40-0061000", "phone digits": "0400061000",
		"common sku": "SKU-00001", "all skus": "SKU", "rare sku": million.RareSKU, "sku without orders": million.NoSKU,
		"po number": "PO-15438", "po number of digits": "45-08500-55", "reference": "mk3c6acc", "old company": million.OldCompany, "nothing": "no such thing", "nothing short": "qq", "one letter": "k", "two letters": "an",
		"very common": "test", "at": "@", "wildcards": "%_%",
	} {
		w.expect(t, "search "+name, aSearch, func(ctx context.Context) error {
			_, err := sales.Search(ctx, w.pool, typed, 25)
			return err
		})
	}
}

func inboxes(t *testing.T, w *watch) {
	w.expect(t, "bucket counts", aList, func(ctx context.Context) error { _, err := sales.BucketCounts(ctx, w.pool); return err })
	w.expect(t, "counts of the rail", aList, func(ctx context.Context) error { _, err := work.Count(ctx, w.pool, nil); return err })
	w.expect(t, "counts of one location", aList, func(ctx context.Context) error {
		_, err := work.Count(ctx, w.pool, []id.Location{million.FarLocation})
		return err
	})
	w.expect(t, "late", aList, func(ctx context.Context) error { _, err := work.Late(ctx, w.pool, time.Now(), 10); return err })
	w.expect(t, "held", aList, func(ctx context.Context) error { _, err := work.Held(ctx, w.pool, 1, "sales", 10); return err })
	for _, b := range []string{"review", "waiting"} {
		w.expect(t, "oldest in "+b, aList, func(ctx context.Context) error { _, err := work.Oldest(ctx, w.pool, b, 10); return err })
	}
}

func others(t *testing.T, w *watch) {
	for _, typed := range []string{"C777", "p777@mail.test", "777", "kowalski", "anna kowalski", "müller", "a", "mü", "test", "+49 40 0061000", "nobody at all", "zq"} {
		w.expect(t, "customers.Find "+typed, aType, func(ctx context.Context) error { _, err := customers.Find(ctx, w.pool, typed, 10); return err })
		for _, kind := range []string{"", customers.Person, customers.Company} {
			w.expect(t, "customers.List "+kind+" "+typed, aNarrow, func(ctx context.Context) error {
				_, _, err := customers.List(ctx, w.pool, customers.ListQuery{Search: typed, Kind: kind, Limit: 50})
				return err
			})
		}
	}
	for name, q := range map[string]customers.ListQuery{
		"first": {Limit: 50}, "after": {Limit: 50, After: customers.Cursor{Name: "Jörg", ID: 1000500}}, "before": {Limit: 50, Before: customers.Cursor{Name: "Jörg", ID: 1000500}},
	} {
		w.expect(t, "customers.List "+name, aType, func(ctx context.Context) error { _, _, err := customers.List(ctx, w.pool, q); return err })
	}
	for _, typed := range []string{"SKU-00042", "SKU", "S", "oak", "oak tray", "no", "tray no. 77", "nothing", "4711"} {
		w.expect(t, "catalog.Find "+typed, aType, func(ctx context.Context) error { _, err := catalog.Find(ctx, w.pool, typed, 10); return err })
	}
	for _, which := range []string{"", "open", "year", "12"} {
		w.expect(t, "customers.Orders "+which, aList, func(ctx context.Context) error {
			_, _, err := customers.Orders(ctx, w.pool, customers.OrderQuery{Customer: 1000007, Which: which, Zone: "Europe/Berlin", Limit: 50})
			return err
		})
	}
}
