package sales

import (
	"context"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/jackc/pgx/v5"

	"packhouse/internal/id"
	"packhouse/internal/list"
	"packhouse/internal/money"
	"packhouse/internal/pg"
	"packhouse/internal/problem"
	"packhouse/internal/trade"
)

// Buckets are the lists an order can stand in, in the order of its life.
var Buckets = []string{"review", "work", "waiting", "shipped", "closed", "cancelled"}

// Row is an order as lists show it.
type Row struct {
	ID       id.Order
	Number   string
	Bucket   string
	State    string
	Channel  string
	Customer id.Customer
	Name     string
	Placed   time.Time
	Promised *time.Time
	Lines    int
	Ordered  int
	Reserved int
	Shipped  int
	Holds    int
	Total    int64
	Currency money.Currency
	Sentence string
	Args     problem.Args
}

// List is the order list: every sort and every bucket has its index, so the
// first page and the last cost the same at a million orders.
var List = &list.Spec{
	Columns: `p.order_id, p.number, p.bucket, p.state, c.name, coalesce(p.customer_id, 0), p.customer_name, p.placed_at, nullif(p.promised_day, 'infinity'),
	          p.line_count, p.ordered, p.reserved, p.shipped, p.holds, p.total_minor, p.currency, p.sentence, p.args`,
	From:      "sales_order_progress p",
	Joins:     "join channels c on c.id = p.channel_id",
	Key:       "p.order_id",
	Partition: "p.bucket",
	Parts:     Buckets,
	Filters: map[string]list.Filter{
		"bucket":      {SQL: "p.bucket = any(?)", Read: list.Texts(Buckets...)},
		"channel":     {SQL: "p.channel_id = any(?)", Read: list.IDs},
		"customer":    {SQL: "p.customer_id = ?", Read: list.ID},
		"location":    {SQL: "p.order_id in (select f.order_id from fulfilment_orders f where f.location_id = ? and f.state in ('open', 'in_progress'))", Read: list.ID},
		"placed_from": {SQL: "p.placed_at >= ?", Read: list.Day},
		"placed_to":   {SQL: "p.placed_at < ?::timestamptz + interval '1 day'", Read: list.Day},
		"promised_by": {SQL: "p.promised_day <= ?", Read: list.Day},
		"total_from":  {SQL: "p.total_minor >= ?", Read: list.Number},
		"total_to":    {SQL: "p.total_minor <= ?", Read: list.Number},
		"held":        {SQL: "(p.holds > 0) = ?", Read: list.Flag},
		"sku":         {SQL: "p.order_id in (select l.order_id from sales_order_lines l where l.sku_id = ?)", Read: list.ID},
	},
	Sorts: map[string]list.Sort{
		"placed":   {Column: "p.placed_at", Type: "timestamptz"},
		"promised": {Column: "p.promised_day", Type: "date"},
		"total":    {Column: "p.total_minor", Type: "bigint"},
	},
	Default: "-placed",
}

// Page reads a page of the order list.
func Page(ctx context.Context, r pg.Reader, q list.Query) (list.Page[Row], error) {
	by, _ := q.Sorted()
	return list.Read(ctx, r, q, pgx.RowToStructByPos[Row], func(o Row) (string, int64) {
		switch by {
		case "promised":
			if o.Promised == nil {
				return "infinity", int64(o.ID)
			}
			return o.Promised.Format(time.DateOnly), int64(o.ID)
		case "total":
			return strconv.FormatInt(o.Total, 10), int64(o.ID)
		}
		return o.Placed.UTC().Format(time.RFC3339Nano), int64(o.ID)
	})
}

const bucketCountsSQL = `
	select b.bucket, (select count(*) from (select 1 from sales_order_progress p where p.bucket = b.bucket limit $2) x)
	from unnest($1::text[]) as b (bucket)`

// Enough is where counting a list stops: "1,000+" tells as much.
const Enough = 1000

// Counts says how many orders stand in each bucket, at most Enough + 1.
func BucketCounts(ctx context.Context, r pg.Reader) (map[string]int, error) {
	rows, err := r.Query(ctx, bucketCountsSQL, Buckets, Enough+1)
	if err != nil {
		return nil, err
	}
	out := make(map[string]int, len(Buckets))
	var bucket string
	var n int
	_, err = pgx.ForEachRow(rows, []any{&bucket, &n}, func() error { out[bucket] = n; return nil })
	return out, err
}

// Three ways to be found, each through its own index and each bounded: by the
// words of the order, and by the articles on its lines. The newest stand first.
const searchOrdersSQL = `
	with by_words as (
	    select s.order_id
	    from sales_order_search s
	    where s.words like $1
	    order by s.order_id desc
	    limit $3),
	skus as (
	    select k.id from catalog_skus k where lower(k.code) like $2 order by length(k.code) limit 20),
	by_sku as (
	    select l.order_id
	    from skus
	    cross join lateral (
	        select distinct x.order_id from sales_order_lines x where x.sku_id = skus.id order by x.order_id desc limit $3) l),
	hits as (
	    select order_id from by_words union select order_id from by_sku)
	select p.order_id, p.number, p.bucket, p.state, c.name, coalesce(p.customer_id, 0), p.customer_name, p.placed_at, nullif(p.promised_day, 'infinity'),
	       p.line_count, p.ordered, p.reserved, p.shipped, p.holds, p.total_minor, p.currency, p.sentence, p.args
	from hits h
	join sales_order_progress p on p.order_id = h.order_id
	join channels c on c.id = p.channel_id
	order by (p.number = $4) desc, p.order_id desc
	limit $3`

// Search finds orders by part of a number, a name, an e-mail address, the
// digits of a phone in any spelling, a SKU, a PO number or a reference; the
// newest first.
func Search(ctx context.Context, r pg.Reader, typed string, limit int) ([]Row, error) {
	term := Term(typed)
	if term == "" {
		return nil, nil
	}
	rows, err := r.Query(ctx, searchOrdersSQL, pg.Planned, "%"+escape(term)+"%", escape(strings.ToLower(strings.TrimSpace(typed)))+"%", limit, strings.TrimSpace(typed))
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[Row])
}

// Term is what is looked for: the digits alone when a phone number was typed,
// in whatever spelling, else the folded words.
func Term(typed string) string {
	typed = strings.TrimSpace(typed)
	digits, phone := 0, typed != ""
	for _, c := range typed {
		switch {
		case unicode.IsDigit(c):
			digits++
		case strings.ContainsRune("+()/-. \u00a0", c):
		default:
			phone = false
		}
	}
	if phone && digits >= 6 && strings.ContainsAny(typed, "+()/-. ") || phone && digits >= 9 && strings.HasPrefix(typed, "0") {
		return strings.TrimLeft(trade.PhoneDigits(typed), "0")
	}
	return trade.SearchFold(typed)
}

// escape takes the special signs of LIKE literally.
func escape(s string) string {
	return strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(s)
}
