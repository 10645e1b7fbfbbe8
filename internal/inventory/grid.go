package inventory

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"packhouse/internal/id"
	"packhouse/internal/pg"
	"packhouse/internal/trade"
)

// LevelRow is how much of a SKU there is, in pieces: at one location, or at
// all that the reader may see (Location 0). Reserved leaves out soft holds that
// have ended, and Free counts them in; the safety stock is never free.
type LevelRow struct {
	SKU          id.SKU
	Code         string
	Title        string
	Location     id.Location
	LocationCode string
	LocationName string
	OnHand       int64 // sellable
	Reserved     int64
	Free         int64
	Safety       int64
	Damaged      int64
	Quarantine   int64
	Ledger       int64 // sum of the movements of all conditions; LevelsOf only
}

// Balanced reports whether the ledger says what the levels say.
func (l LevelRow) Balanced() bool { return l.Ledger == l.OnHand+l.Damaged+l.Quarantine }

const levelsOfSQL = `
	select s.id, s.code, s.title, p.id, p.code, p.name,
	       v.on_hand, v.reserved - v.ended, greatest(0, v.on_hand - v.reserved + v.ended - v.safety), v.safety, v.damaged, v.quarantine,
	       coalesce((select sum(m.quantity) from inventory_movements m where m.sku_id = s.id and m.location_id = p.id), 0)
	from catalog_skus s
	join lateral (
		select l.location_id,
		       coalesce(sum(l.on_hand) filter (where l.condition = 'sellable'), 0) as on_hand,
		       coalesce(sum(l.reserved), 0) as reserved, coalesce(sum(l.safety), 0) as safety,
		       coalesce(sum(l.on_hand) filter (where l.condition = 'damaged'), 0) as damaged,
		       coalesce(sum(l.on_hand) filter (where l.condition = 'quarantine'), 0) as quarantine,
		       case when sum(l.reserved) > 0 then coalesce((
		           select sum(a.quantity) from inventory_allocations a
		           where a.sku_id = s.id and a.location_id = l.location_id and a.state = 'soft' and a.expires_at <= now()), 0) else 0 end as ended
		from inventory_levels l
		where l.sku_id = s.id and (cardinality($2::bigint[]) = 0 or l.location_id = any($2))
		group by l.location_id) v on true
	join inventory_locations p on p.id = v.location_id
	where s.id = any($1)
	order by s.code, p.name, p.id`

// LevelsOf are the levels of SKUs, a row for each location that ever had the
// SKU, within those that a person is bound to (none: all).
func LevelsOf(ctx context.Context, r pg.Reader, skus []id.SKU, bound []id.Location) ([]LevelRow, error) {
	rows, err := r.Query(ctx, levelsOfSQL, skus, known(bound))
	if err != nil {
		return nil, fmt.Errorf("read stock levels: %w", err)
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (l LevelRow, err error) {
		err = row.Scan(&l.SKU, &l.Code, &l.Title, &l.Location, &l.LocationCode, &l.LocationName,
			&l.OnHand, &l.Reserved, &l.Free, &l.Safety, &l.Damaged, &l.Quarantine, &l.Ledger)
		return l, err
	})
}

// Show narrows the grid to what asks for attention.
type Show string

// What the grid can be narrowed to.
const (
	ShowAll     Show = ""
	ShowIn      Show = "in"      // something is on hand
	ShowOut     Show = "out"     // nothing is free
	ShowLow     Show = "low"     // on hand is below the safety stock
	ShowBlocked Show = "blocked" // something is damaged or in quarantine
)

// Shows in the order they are offered.
var Shows = []Show{ShowAll, ShowIn, ShowOut, ShowLow, ShowBlocked}

// GridQuery asks for one page of the grid: goods in the order of their codes.
// After and Before are codes of the neighbouring pages; give one or none.
type GridQuery struct {
	Bound         []id.Location // of the person; none: all
	Location      id.Location   // 0: all that the person may see, added up
	Search        string        // words of code and title
	Show          Show
	After, Before string
	Limit         int
}

const gridSQL = `
	select s.id, s.code, s.title, v.on_hand, v.reserved, v.free, v.safety, v.damaged, v.quarantine
	from catalog_skus s
	join catalog_products p on p.id = s.product_id and p.kind = 'goods'
	cross join lateral (
		select coalesce(sum(l.on_hand) filter (where l.condition = 'sellable'), 0) as on_hand,
		       coalesce(sum(l.reserved - e.ended), 0) as reserved,
		       coalesce(sum(greatest(0, l.on_hand - l.reserved + e.ended - l.safety)) filter (where l.condition = 'sellable'), 0) as free,
		       coalesce(sum(l.safety), 0) as safety,
		       coalesce(bool_or(l.on_hand < l.safety), false) as low,
		       coalesce(sum(l.on_hand) filter (where l.condition = 'damaged'), 0) as damaged,
		       coalesce(sum(l.on_hand) filter (where l.condition = 'quarantine'), 0) as quarantine
		from inventory_levels l
		cross join lateral (
			select case when l.reserved > 0 then coalesce((
				select sum(a.quantity) from inventory_allocations a
				where a.sku_id = l.sku_id and a.location_id = l.location_id and a.state = 'soft' and a.expires_at <= now()), 0) else 0 end as ended) e
		where l.sku_id = s.id and (cardinality($1::bigint[]) = 0 or l.location_id = any($1)) and ($2::bigint = 0 or l.location_id = $2)) v
	where ($3 = '' or s.search like $3) and ($4 = '' or s.search like $4) and ($5 = '' or s.search like $5)
	  and case $6 when 'in' then v.on_hand > 0 when 'out' then v.free = 0 when 'low' then v.low
	              when 'blocked' then v.damaged + v.quarantine > 0 else true end
	  and ($7 = '' or lower(s.code) > lower($7)) and ($8 = '' or lower(s.code) < lower($8))
	order by case when $8 = '' then lower(s.code) end, case when $8 <> '' then lower(s.code) end desc
	limit $9`

// Grid is one page of stock by SKU. more says that there is another page in the
// direction asked.
func Grid(ctx context.Context, r pg.Reader, q GridQuery) (page []LevelRow, more bool, err error) {
	w := patterns(q.Search)
	rows, err := r.Query(ctx, gridSQL, pg.Planned, known(q.Bound), q.Location, w[0], w[1], w[2], string(q.Show), q.After, q.Before, q.Limit+1)
	if err != nil {
		return nil, false, fmt.Errorf("read the stock grid: %w", err)
	}
	page, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (l LevelRow, err error) {
		l.Location = q.Location
		err = row.Scan(&l.SKU, &l.Code, &l.Title, &l.OnHand, &l.Reserved, &l.Free, &l.Safety, &l.Damaged, &l.Quarantine)
		return l, err
	})
	if err != nil {
		return nil, false, fmt.Errorf("read the stock grid: %w", err)
	}
	page, more = cut(page, q.Limit, q.Before != "")
	return page, more, nil
}

// cut takes the row too many off a page and turns a page read backwards round.
func cut[T any](page []T, limit int, backwards bool) ([]T, bool) {
	more := len(page) > limit
	if more {
		page = page[:limit]
	}
	if backwards {
		slices.Reverse(page)
	}
	return page, more
}

// patterns are the first three words of a search as LIKE patterns, "" for none.
func patterns(q string) (out [3]string) {
	for i, word := range strings.Fields(trade.SearchFold(q)) {
		if i == len(out) {
			break
		}
		out[i] = "%" + likeEscape.Replace(word) + "%"
	}
	return out
}

var likeEscape = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

const availableSQL = `
	select l.sku_id, sum(greatest(0, l.on_hand - l.reserved - l.safety - $3 + case when l.reserved > 0 then coalesce((
	           select sum(a.quantity) from inventory_allocations a
	           where a.sku_id = l.sku_id and a.location_id = l.location_id and a.state = 'soft' and a.expires_at <= now()), 0) else 0 end))::bigint
	from inventory_levels l
	where l.sku_id = any($1) and l.location_id = any($2) and l.condition = 'sellable'
	group by l.sku_id`

// Available is how many pieces of each SKU the locations could promise now,
// leaving buffer pieces at each untouched. It is a hint for pages: only Reserve
// decides. A SKU that nobody keeps is absent.
func Available(ctx context.Context, r pg.Reader, skus []id.SKU, locations []id.Location, buffer int) (map[id.SKU]int64, error) {
	rows, err := r.Query(ctx, availableSQL, skus, known(locations), buffer)
	if err != nil {
		return nil, fmt.Errorf("read what is available: %w", err)
	}
	out := make(map[id.SKU]int64, len(skus))
	var sku id.SKU
	var pieces int64
	_, err = pgx.ForEachRow(rows, []any{&sku, &pieces}, func() error {
		out[sku] = pieces
		return nil
	})
	return out, err
}
