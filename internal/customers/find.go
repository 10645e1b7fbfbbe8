package customers

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"packhouse/internal/id"
	"packhouse/internal/pg"
	"packhouse/internal/trade"
)

// Found is one answer while somebody types.
type Found struct {
	ID      id.Customer
	Number  string
	Name    string
	Email   string
	Phone   string
	City    string // of the first address; empty if there is none
	Country string
	Street  string
}

// Each branch stops early, so that a word which half of all customers share
// costs no more than a rare one; the few rows kept are then put in order.
const findSQL = `
	with hit (id, rank) as (
		select h.id, min(h.rank)
		from (
			(select c.id, 1 as rank from customers c where c.number = $1)
			union all
			(select c.id, 1 from customers c where lower(c.email) = lower($1))
			union all
			(select c.id, 1 from customers c where c.tax_id = upper($1))
			union all
			(select c.id, 1 from customers c where c.external_ref = $1)
			union all
			(select c.id, 2 from customers c where $2 <> '' and c.search like $2 limit 50)
			union all
			(select c.id, 3 from customers c
			 where $3 <> '' and c.search like $3 and ($4 = '' or c.search like $4) and ($5 = '' or c.search like $5)
			 limit 100)) h
		group by h.id)
	select c.id, c.number, c.name, coalesce(c.email, ''), c.phone, coalesce(a.address->>'city', ''), coalesce(a.country, ''), coalesce(a.address->>'line1', '')
	from hit
	join customers c on c.id = hit.id and c.erased_at is null
	left join lateral (select x.address, x.country from customer_addresses x where x.customer_id = c.id order by x.id limit 1) a on true
	order by hit.rank, lower(c.name), c.id
	limit $6`

// Find answers while somebody types: by number, e-mail or tax number exactly,
// by the digits of a phone number however it is written, and by parts of the
// name, e-mail or number in any order.
func Find(ctx context.Context, r pg.Reader, q string, limit int) ([]Found, error) {
	q = strings.TrimSpace(q)
	if q == "" || utf8.RuneCountInString(q) > maxName {
		return nil, nil
	}
	w := patterns(q)
	rows, err := r.Query(ctx, findSQL, pg.Planned, q, dialled(q), w[0], w[1], w[2], limit)
	if err != nil {
		return nil, fmt.Errorf("find customers: %w", err)
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[Found])
}

// dialled is the pattern of a phone number, "" where q is none. Of a long one
// the last nine digits do: with or without the code of the country, it is the
// same telephone.
func dialled(q string) string {
	if strings.Trim(q, "0123456789 +()/-.") != "" {
		return ""
	}
	digits := trade.PhoneDigits(q)
	if len(digits) < 5 {
		return ""
	}
	return "%" + digits[max(0, len(digits)-9):] + "%"
}

// patterns are up to three words of a search as LIKE patterns, the longest
// first, since the trigram index finds those best; "" for none. One or two
// letters are looked for where a word begins.
func patterns(q string) (out [3]string) {
	words := strings.Fields(trade.SearchFold(q))
	slices.SortStableFunc(words, func(a, b string) int {
		return cmp.Compare(utf8.RuneCountInString(b), utf8.RuneCountInString(a))
	})
	for i, w := range words[:min(len(words), len(out))] {
		out[i] = "%" + likeEscape.Replace(w) + "%"
		if utf8.RuneCountInString(w) < 3 {
			out[i] = "% " + out[i][1:]
		}
	}
	return out
}

var likeEscape = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

// ListQuery asks for one page of all customers in the order of their names.
type ListQuery struct {
	Search string
	Kind   string // Person, Company; empty: both
	After  Cursor
	Before Cursor
	Limit  int
}

// Cursor is a row of the list; a page begins after it or ends before it.
type Cursor struct {
	Name string
	ID   id.Customer
}

// Row is a customer as the list shows them.
type Row struct {
	Found
	Kind   string
	Terms  int // days
	Orders int // open ones
	Erased bool
}

// A word that many share is found among the next names; only one that these do
// not have often enough is looked up in the index of all, whose answer is then
// short. The database would guess which of the two to do, and read every
// customer where it guesses wrong; the empty text keeps it from walking along
// the names.
const listSQL = `
	with near as materialized (
	    select c.id, lower(c.name) as name, c.search
	    from customers c
	    where ($4 = '' or c.kind = $4)
	      and ($6::bigint = 0 or (lower(c.name), c.id) > (lower($5), $6)) and ($8::bigint = 0 or (lower(c.name), c.id) < (lower($7), $8))
	    order by case when $8 = 0 then lower(c.name) end, case when $8 = 0 then c.id end,
	             case when $8 <> 0 then lower(c.name) end desc, case when $8 <> 0 then c.id end desc
	    limit case when $1 = '' then $9 else 3000 end),
	next as materialized (
	    select n.id, n.name
	    from near n
	    where ($1 = '' or n.search like $1) and ($2 = '' or n.search like $2) and ($3 = '' or n.search like $3)
	    order by case when $8 = 0 then n.name end, case when $8 = 0 then n.id end,
	             case when $8 <> 0 then n.name end desc, case when $8 <> 0 then n.id end desc
	    limit $9),
	far as (
	    select c.id, lower(c.name) as name
	    from customers c
	    where $1 <> '' and (select count(*) from next) < $9
	      and c.search like $1 and ($2 = '' or c.search like $2) and ($3 = '' or c.search like $3) and ($4 = '' or c.kind = $4)
	      and ($6::bigint = 0 or (lower(c.name) || '', c.id) > (lower($5), $6)) and ($8::bigint = 0 or (lower(c.name) || '', c.id) < (lower($7), $8))
	    order by case when $8 = 0 then lower(c.name) || '' end, case when $8 = 0 then c.id end,
	             case when $8 <> 0 then lower(c.name) || '' end desc, case when $8 <> 0 then c.id end desc
	    limit $9),
	hit as (
	    select h.id, h.name
	    from (select n.id, n.name from next n union select f.id, f.name from far f) h
	    order by case when $8 = 0 then h.name end, case when $8 = 0 then h.id end,
	             case when $8 <> 0 then h.name end desc, case when $8 <> 0 then h.id end desc
	    limit $9)
	select c.id, c.number, c.name, coalesce(c.email, ''), c.phone, coalesce(a.address->>'city', ''), coalesce(a.country, ''), c.kind, c.terms_days,
	       (select count(*)::int from (select 1 from sales_order_progress p where p.customer_id = c.id and p.bucket in ('review', 'work', 'waiting', 'shipped') limit 1000) o),
	       c.erased_at is not null
	from hit
	join customers c on c.id = hit.id
	left join lateral (select x.address, x.country from customer_addresses x where x.customer_id = c.id order by x.id limit 1) a on true
	order by case when $8 = 0 then hit.name end, case when $8 = 0 then hit.id end,
	         case when $8 <> 0 then hit.name end desc, case when $8 <> 0 then hit.id end desc`

// List is one page of customers. more says that there is another page in the
// direction asked.
func List(ctx context.Context, r pg.Reader, q ListQuery) (page []Row, more bool, err error) {
	w := patterns(q.Search)
	if tel := dialled(q.Search); tel != "" {
		w = [3]string{tel}
	}
	rows, err := r.Query(ctx, listSQL, pg.Planned, w[0], w[1], w[2], q.Kind, q.After.Name, q.After.ID, q.Before.Name, q.Before.ID, q.Limit+1)
	if err != nil {
		return nil, false, fmt.Errorf("list customers: %w", err)
	}
	page, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (c Row, err error) {
		err = row.Scan(&c.ID, &c.Number, &c.Name, &c.Email, &c.Phone, &c.City, &c.Country, &c.Kind, &c.Terms, &c.Orders, &c.Erased)
		return c, err
	})
	if err != nil {
		return nil, false, fmt.Errorf("list customers: %w", err)
	}
	more = len(page) > q.Limit
	if more {
		page = page[:q.Limit]
	}
	if q.Before.ID != 0 {
		slices.Reverse(page)
	}
	return page, more, nil
}
