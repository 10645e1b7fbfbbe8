package sales

import (
	"context"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

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
		"bucket":   {SQL: "p.bucket = any(?)", Read: list.Texts(Buckets...)},
		"channel":  {SQL: "p.channel_id = any(?)", Read: list.IDs},
		"customer": {SQL: "p.customer_id = ?", Read: list.ID, Sort: "placed"},
		"location": {SQL: "p.order_id in (select f.order_id from fulfilment_orders f where f.location_id = ? and f.state in ('open', 'in_progress'))", Read: list.ID,
			Within: []string{"work", "waiting", "shipped"}},
		// Nothing is promised for a day before it was ordered, whatever the zone. The database cannot know, and would walk
		// along the one column through all that the other excludes.
		"placed_from": {SQL: "p.placed_at >= ? and p.promised_day >= ?::timestamptz::date - 2", Read: list.Day},
		"placed_to":   {SQL: "p.placed_at < ?::timestamptz + interval '1 day'", Read: list.Day},
		"promised_by": {SQL: "p.promised_day <= ? and p.placed_at < ?::date + 2", Read: list.Day},
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

// Ways to be found, each through its own index and each bounded; the newest
// stand first. A word that many orders share is found among the newest ones; only
// one that these do not have often enough is looked up in the index of all,
// whose answer is then short. Left to itself the database guesses which of the
// two to do, and where it guesses wrong it reads through every order. The plus
// keeps it from walking back along the key.
const searchOrdersSQL = `
	with near as materialized (
	    select s.order_id, s.words from sales_order_search s order by s.order_id desc limit 5000),
	newest as materialized (
	    select n.order_id
	    from near n
	    where n.words like $1 or $2 <> '' and n.words like $2
	    order by n.order_id desc
	    limit $5),
	by_words as (
	    select s.order_id
	    from sales_order_search s
	    where (s.words like $1 or $2 <> '' and s.words like $2) and $6 and (select count(*) from newest) < $5
	    order by s.order_id + 0 desc
	    limit $5),
	skus as materialized (
	    select k.id from catalog_skus k where lower(k.code) like $3 order by length(k.code), k.id limit 20),
	by_sku as (
	    select distinct l.order_id
	    from skus
	    cross join lateral (
	        select distinct x.order_id from sales_order_lines x where x.sku_id = skus.id order by x.order_id desc limit $5) l
	    order by l.order_id desc
	    limit $5),
	by_many_skus as (
	    select distinct l.order_id
	    from (select n.order_id from near n order by n.order_id desc limit 500) n
	    join sales_order_lines l on l.order_id = n.order_id
	    where lower(l.sku_code) like $3 and (select count(*) from skus) = 20
	    order by l.order_id desc
	    limit $5),
	hits as (
	    select o.id as order_id from sales_orders o where o.number = $4
	    union select order_id from newest
	    union select order_id from by_words
	    union select order_id from by_sku
	    union select order_id from by_many_skus)
	select p.order_id, p.number, p.bucket, p.state, c.name, coalesce(p.customer_id, 0), p.customer_name, p.placed_at, nullif(p.promised_day, 'infinity'),
	       p.line_count, p.ordered, p.reserved, p.shipped, p.holds, p.total_minor, p.currency, p.sentence, p.args
	from hits h
	join sales_order_progress p on p.order_id = h.order_id
	join channels c on c.id = p.channel_id
	order by (p.number = $4) desc, p.order_id desc
	limit $5`

// Search finds orders by part of a number, a name, an e-mail address, the
// digits of a phone in any spelling, a SKU from its beginning, a PO number or a
// reference: the order of exactly this number first, then the newest. One or two
// letters are looked for where a word begins; signs alone among the newest orders.
func Search(ctx context.Context, r pg.Reader, typed string, limit int) ([]Row, error) {
	typed = strings.TrimSpace(typed)
	term := Term(typed)
	if term == "" {
		return nil, nil
	}
	also := "" // what looks like a telephone may be a PO number
	if as := trade.SearchFold(typed); as != term {
		also = pattern(as)
	}
	rows, err := r.Query(ctx, searchOrdersSQL, pg.Planned, pattern(term), also, escape(strings.ToLower(typed))+"%", typed, limit, indexed(pattern(term)))
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[Row])
}

// pattern looks for a term anywhere; a short one where a word begins.
func pattern(term string) string {
	if utf8.RuneCountInString(term) < 3 {
		return "% " + escape(term) + "%"
	}
	return "%" + escape(term) + "%"
}

// indexed says whether the index of trigrams can help with a pattern: it knows
// three letters or digits in a row, and how words begin.
func indexed(pattern string) bool {
	run, begins := 0, false
	for i, c := range pattern {
		if !unicode.IsLetter(c) && !unicode.IsDigit(c) {
			run, begins = 0, i > 0
			continue
		}
		if run++; run >= 3 || begins {
			return true
		}
	}
	return false
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
