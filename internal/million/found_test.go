package million_test

import (
	"net/url"
	"slices"
	"strconv"
	"testing"

	"github.com/jackc/pgx/v5"

	"packhouse/internal/id"
	"packhouse/internal/million"
	"packhouse/internal/sales"
)

const throughSQL = `select s.order_id from sales_order_search s where s.words like $1 order by s.order_id desc limit 25`

// found holds what the search answers against reading through every order: the
// short ways it takes may not lose a hit that the first page should show.
func found(t *testing.T, w *watch) {
	middle := million.First + orders/2
	for typed, pattern := range map[string]string{
		"test": "%test%", "100": "%100%", "kowal": "%kowal%", "chloe pe": "%chloe pe%", million.RareName: "%quetzalcoatl%", million.OldCompany: "%altbestand%",
		strconv.Itoa(middle)[2:]: "%" + strconv.Itoa(middle)[2:] + "%", "p77@": "%p77@%", "0400061000": "%400061000%", "Mül": "%mul%",
		"45-08500-55": "%45-08500-55%", "mk3": "%mk3%", "an": "% an%", "no such thing": "%no such thing%", "altbestand h": "%altbestand h%",
	} {
		if got, want := answers(t, w, typed), through(t, w, pattern); !slices.Equal(got, want) {
			t.Errorf("%s: found %v, of all %v", typed, got, want)
		}
	}
	if got := answers(t, w, million.RareSKU); !slices.Equal(got, []id.Order{million.First}) {
		t.Errorf("the only order of an article: %v", got)
	}
	if got := answers(t, w, million.NoSKU); len(got) != 0 {
		t.Errorf("an article nobody ordered: %v", got)
	}
	if got := answers(t, w, strconv.Itoa(million.First)); len(got) == 0 || got[0] != million.First {
		t.Errorf("the order of exactly this number is not the first: %v", got)
	}
	if got := answers(t, w, "sku-0"); len(got) != 25 || got[0] != id.Order(million.First+orders-1) || !slices.IsSortedFunc(got, func(a, b id.Order) int { return int(b - a) }) {
		t.Errorf("the newest orders of articles that begin so: %v", got)
	}
}

func answers(t *testing.T, w *watch, typed string) (out []id.Order) {
	t.Helper()
	rows, err := sales.Search(t.Context(), w.pool, typed, 25)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rows {
		out = append(out, r.ID)
	}
	return out
}

func through(t *testing.T, w *watch, pattern string) []id.Order {
	t.Helper()
	rows, err := w.pool.Query(t.Context(), throughSQL, pattern)
	if err != nil {
		t.Fatal(err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowTo[id.Order])
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// walked turns the pages of lists to their end and back: both ways show the
// same rows, each once.
func walked(t *testing.T, w *watch) {
	for _, query := range []string{"channel=9006&sort=-placed", "channel=9006&channel=9005&sort=total", "customer=1000007&sort=promised", "held=yes&sort=-promised", "location=9003"} {
		var forth, back [][]id.Order
		at := query
		for next := query; next != ""; {
			at = next
			rows, _, n := turn(t, w, next)
			forth, next = append(forth, rows), n
		}
		rows, prev, _ := turn(t, w, at)
		back = append(back, rows)
		for prev != "" {
			rows, prev, _ = turn(t, w, prev)
			back = append([][]id.Order{rows}, back...)
		}
		a, b := slices.Concat(forth...), slices.Concat(back...)
		if len(a) == 0 || len(slices.Compact(slices.Sorted(slices.Values(a)))) != len(a) || !slices.Equal(a, b) {
			t.Errorf("%s: %d rows forwards, %d back", query, len(a), len(b))
		}
	}
}

func turn(t *testing.T, w *watch, query string) (rows []id.Order, prev, next string) {
	t.Helper()
	v, err := url.ParseQuery(query)
	if err != nil {
		t.Fatal(err)
	}
	p, err := sales.Page(t.Context(), w.pool, sales.List.Parse(v))
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range p.Rows {
		rows = append(rows, r.ID)
	}
	return rows, p.Prev, p.Next
}
