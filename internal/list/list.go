// Package list draws one page of a long list: filters, one sort, keyset
// paging both ways, and the way back into the address bar. It is the only
// place in the house where a statement is put together, and it does so from
// fragments written in code; what a person sends only ever becomes a value.
//
// No page counts its table and none skips rows: a page asks for one row more
// than it shows and remembers the last key. That is what keeps the first and
// the ten thousandth page equally fast.
package list

import (
	"context"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"

	"packhouse/internal/pg"
)

// Size is how many rows a page shows.
const Size = 50

// Spec describes a list.
type Spec struct {
	Columns   string   // what the rows are made of, over From and Joins
	From      string   // the table that is filtered and sorted, with its alias
	Joins     string   // what is only shown
	Key       string   // the unique last sort key, a bigint: "p.order_id"
	Partition string   // column that leads every index; with Parts the page is merged from one range of each
	Parts     []string // all values of Partition
	Filters   map[string]Filter
	Sorts     map[string]Sort
	Default   string // name of the sort, "-" before it for descending
}

// Filter narrows a list. SQL holds ? for the value that Read makes of what was
// typed; Read answers false for nonsense, which is then ignored.
type Filter struct {
	SQL  string
	Read func(values []string) (any, bool)
	// Within names the only Parts that can hold such rows; empty means all. The others are not even asked.
	Within []string
	// Sort names the sort for which the filter has an index of its own: the parts are then read as one.
	Sort string
}

// Sort orders a list by a column of type Type that an index covers.
type Sort struct {
	Column string
	Type   string // for the key in the address bar: "timestamptz", "bigint", "text", "date"
}

// Query is a list as the address bar holds it. It is a value: With… gives
// another.
type Query struct {
	spec   *Spec
	values url.Values
	sort   string
	desc   bool
}

// Parse reads the address bar. What it does not know it leaves out.
func (s *Spec) Parse(values url.Values) Query {
	q := Query{spec: s, values: url.Values{}}
	for name := range s.Filters {
		if v := values[name]; len(v) > 0 && strings.Join(v, "") != "" {
			q.values[name] = slices.Clone(v)
		}
	}
	q.sort, q.desc = strings.TrimPrefix(s.Default, "-"), strings.HasPrefix(s.Default, "-")
	if v := values.Get("sort"); v != "" {
		if name := strings.TrimPrefix(v, "-"); s.Sorts[name].Column != "" {
			q.sort, q.desc = name, strings.HasPrefix(v, "-")
			q.values.Set("sort", v)
		}
	}
	for _, k := range []string{"after", "before"} {
		if v := values.Get(k); v != "" && len(v) < 200 {
			q.values.Set(k, v)
			break
		}
	}
	return q
}

// Get is the first value of a filter.
func (q Query) Get(name string) string { return q.values.Get(name) }

// All are the values of a filter.
func (q Query) All(name string) []string { return q.values[name] }

// Active names the filters in use.
func (q Query) Active() []string {
	var out []string
	for name := range q.spec.Filters {
		if q.values.Has(name) {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

// Sorted says by what and in which direction.
func (q Query) Sorted() (name string, desc bool) { return q.sort, q.desc }

// With is the query with a filter set (no values: without it), from its first
// page.
func (q Query) With(name string, values ...string) Query {
	out := q.clone()
	out.values.Del(name)
	if len(values) > 0 {
		out.values[name] = values
	}
	return out
}

// By is the query sorted by a column, turned round when it was already.
func (q Query) By(name string) Query {
	out := q.clone()
	out.desc = q.sort == name && !q.desc
	out.sort = name
	v := name
	if out.desc {
		v = "-" + name
	}
	out.values.Set("sort", v)
	return out
}

func (q Query) clone() Query {
	out := q
	out.values = maps.Clone(q.values)
	out.values.Del("after")
	out.values.Del("before")
	return out
}

// Encode is the query for an address, empty when nothing is set.
func (q Query) Encode() string { return q.values.Encode() }

// Page is one page of rows with the way to its neighbours; an empty query
// string means there is none.
type Page[T any] struct {
	Rows       []T
	Prev, Next string // encoded queries
	HasPrev    bool
	HasNext    bool
}

// Read gets a page. key says, for the sort in use, the row's key as text (a time
// in RFC 3339, a day as 2006-01-02) and its id.
func Read[T any](ctx context.Context, r pg.Reader, q Query, scan pgx.RowToFunc[T], key func(T) (string, int64)) (Page[T], error) {
	sql, args, back := q.sql(Size + 1)
	rows, err := r.Query(ctx, sql, append([]any{pg.Planned}, args...)...)
	if err != nil {
		return Page[T]{}, err
	}
	got, err := pgx.CollectRows(rows, scan)
	if err != nil {
		return Page[T]{}, fmt.Errorf("read a list: %w", err)
	}
	more := len(got) > Size
	if more {
		got = got[:Size]
	}
	if back {
		slices.Reverse(got)
	}
	p := Page[T]{Rows: got}
	if len(got) == 0 {
		return p, nil
	}
	if back && more || !back && q.values.Has("after") {
		p.HasPrev, p.Prev = true, q.at("before")(key(got[0]))
	}
	if back || more {
		p.HasNext, p.Next = true, q.at("after")(key(got[len(got)-1]))
	}
	return p, nil
}

// at is the query from a row on, before or after it.
func (q Query) at(dir string) func(key string, n int64) string {
	return func(key string, n int64) string {
		out := q.clone()
		out.values.Set(dir, key+"~"+strconv.FormatInt(n, 10))
		return out.Encode()
	}
}

// SQL is the statement for up to limit rows, for exports, tests and plans.
func (q Query) SQL(limit int) (string, []any) {
	sql, args, _ := q.sql(limit)
	return sql, args
}

func (q Query) sql(limit int) (sql string, args []any, back bool) {
	s := q.spec
	sort := s.Sorts[q.sort]
	arg := func(v any) string {
		args = append(args, v)
		return "$" + strconv.Itoa(len(args))
	}
	where := []string{}
	parts, within, whole := s.Parts, [][]string{}, false
	for _, name := range q.Active() {
		f := s.Filters[name]
		v, ok := f.Read(q.values[name])
		if !ok {
			continue
		}
		if s.Partition != "" && f.SQL == s.Partition+" = any(?)" {
			if chosen, ok := v.([]string); ok {
				parts = chosen
				continue
			}
		}
		where = append(where, strings.ReplaceAll(f.SQL, "?", arg(v)))
		if len(f.Within) > 0 {
			within = append(within, f.Within)
		}
		whole = whole || f.Sort != "" && f.Sort == q.sort
	}
	parts = among(parts, within)
	desc := q.desc
	for _, dir := range []string{"after", "before"} {
		cursor := q.values.Get(dir)
		i := strings.LastIndexByte(cursor, '~')
		if i < 0 {
			continue
		}
		n, err := strconv.ParseInt(cursor[i+1:], 10, 64)
		if err != nil || !plausible(sort.Type, cursor[:i]) {
			continue
		}
		back = dir == "before"
		op := ">"
		if q.desc != back {
			op = "<"
		}
		if back {
			desc = !q.desc
		}
		where = append(where, fmt.Sprintf("(%s, %s) %s (%s::%s, %s)", sort.Column, s.Key, op, arg(cursor[:i]), sort.Type, arg(n)))
	}
	dir := ""
	if desc {
		dir = " desc"
	}
	order := func(col, key string) string { return fmt.Sprintf(" order by %s%s, %s%s", col, dir, key, dir) }
	cond := func(extra ...string) string {
		if all := append(extra, where...); len(all) > 0 {
			return " where " + strings.Join(all, " and ")
		}
		return ""
	}
	n := strconv.Itoa(limit)
	switch {
	case s.Partition != "" && len(parts) > 1 && !(whole && len(parts) == len(s.Parts)):
		// One range of the index for each part, each planned for itself: a filter that fits few rows of one part may fit
		// most of another.
		branches := make([]string, len(parts))
		for i, part := range parts {
			branches[i] = fmt.Sprintf("(select %s as k, %s as n from %s%s%s limit %s)", sort.Column, s.Key, s.From, cond(s.Partition+" = "+arg(part)), order(sort.Column, s.Key), n)
		}
		sql = fmt.Sprintf("select %s from (select k.k, k.n from (%s) k%s limit %s) k join %s on %s = k.n %s%s",
			s.Columns, strings.Join(branches, " union all "), order("k.k", "k.n"), n, s.From, s.Key, s.Joins, order("k.k", "k.n"))
	case s.Partition != "" && len(parts) == 0:
		sql = fmt.Sprintf("select %s from %s %s where false", s.Columns, s.From, s.Joins)
		args = nil
	case s.Partition != "" && len(parts) == 1:
		sql = fmt.Sprintf("select %s from %s %s%s%s limit %s", s.Columns, s.From, s.Joins, cond(s.Partition+" = "+arg(parts[0])), order(sort.Column, s.Key), n)
	default:
		sql = fmt.Sprintf("select %s from %s %s%s%s limit %s", s.Columns, s.From, s.Joins, cond(), order(sort.Column, s.Key), n)
	}
	return sql, args, back
}

// among keeps the parts that every filter allows.
func among(parts []string, within [][]string) []string {
	return slices.DeleteFunc(slices.Clone(parts), func(part string) bool {
		return slices.ContainsFunc(within, func(w []string) bool { return !slices.Contains(w, part) })
	})
}
