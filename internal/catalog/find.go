package catalog

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

// Found is one answer while somebody types. Quantities are in pieces.
type Found struct {
	SKU         id.SKU
	Product     id.Product
	Code        string
	Title       string
	Kind        Kind
	SoldUnit    string
	UnitRatio   int64
	PackSize    int64
	MinQuantity int64
	Withdrawn   bool
	ShopVisible bool
}

// Each branch stops early, so that a common word costs no more than a rare one;
// the few rows kept are then put in order. One or two letters say little of a
// title, and are only looked for there when codes do not fill the answer.
const findSQL = `
	with begins as materialized (
	    select s.id, 3 as rank from catalog_skus s where lower(s.code) like $2::text order by lower(s.code) using ~<~ limit $7
	), hit (id, rank) as (
	    select h.id, min(h.rank) from (
	        (select s.id, 1 as rank from catalog_skus s where lower(s.code) = lower($1::text))
	        union all
	        (select b.sku_id, 2 from catalog_barcodes b where b.code = $1::text)
	        union all
	        (select b.id, b.rank from begins b)
	        union all
	        (select s.id, 4 from catalog_skus s
	         where s.search like $3::text and s.search like $4::text and s.search like $5::text and s.search like all ($6::text[])
	           and ($8 or (select count(*) from begins) < $7)
	         limit 120)
	    ) h group by h.id
	)
	select s.id, s.product_id, s.code, s.title, p.kind, s.sold_unit, s.unit_ratio, s.pack_size, s.min_quantity, s.withdrawn_at is not null, s.shop_visible
	from hit
	join catalog_skus s on s.id = hit.id
	join catalog_products p on p.id = s.product_id
	order by case when hit.rank <= 2 then hit.rank else 3 end, s.withdrawn_at is not null, hit.rank, length(s.title), lower(s.code)
	limit $7`

const fuzzySQL = `
	select s.id, s.product_id, s.code, s.title, p.kind, s.sold_unit, s.unit_ratio, s.pack_size, s.min_quantity, s.withdrawn_at is not null, s.shop_visible
	from catalog_skus s join catalog_products p on p.id = s.product_id
	where s.search %> packhouse_fold($1::text)
	order by s.search <->> packhouse_fold($1::text), lower(s.code)
	limit $2`

// Find answers while somebody types or scans: the variant of exactly this code
// or barcode first, then codes that begin so, then titles that contain all the
// words; when there is none of these, titles that come near. Withdrawn ones
// come last.
func Find(ctx context.Context, r pg.Reader, q string, limit int) ([]Found, error) {
	q = strings.TrimSpace(q)
	if q == "" || utf8.RuneCountInString(q) > maxName {
		return nil, nil
	}
	w := words(q)
	long := utf8.RuneCountInString(w[0]) >= 5 // three letters between two percent signs
	if !long {
		w[0] = "% " + w[0][1:] // at the beginning of a word, which the index knows
	}
	rows, err := r.Query(ctx, findSQL, q, beginning(strings.ToLower(q)), w[0], w[1], w[2], w[3:], limit, long)
	if err != nil {
		return nil, fmt.Errorf("find products: %w", err)
	}
	found, err := pgx.CollectRows(rows, scanFound)
	if err != nil || len(found) > 0 || utf8.RuneCountInString(q) < 4 {
		return found, err
	}
	if rows, err = r.Query(ctx, fuzzySQL, q, limit); err != nil {
		return nil, fmt.Errorf("find products that come near: %w", err)
	}
	return pgx.CollectRows(rows, scanFound)
}

func scanFound(row pgx.CollectableRow) (Found, error) {
	var f Found
	return f, row.Scan(&f.SKU, &f.Product, &f.Code, &f.Title, &f.Kind, &f.SoldUnit, &f.UnitRatio, &f.PackSize, &f.MinQuantity, &f.Withdrawn, &f.ShopVisible)
}

// words makes a pattern of each word typed, the longest first, since the trigram
// index finds those best; at least three, "%" where there are fewer words.
func words(q string) []string {
	all := strings.Fields(trade.SearchFold(q))
	if len(all) == 0 { // nothing but accents, say
		all = []string{q}
	}
	slices.SortStableFunc(all, func(a, b string) int { return cmp.Compare(utf8.RuneCountInString(b), utf8.RuneCountInString(a)) })
	for i, w := range all {
		all[i] = contains(w)
	}
	for len(all) < 3 {
		all = append(all, "%")
	}
	return all
}

func contains(s string) string  { return "%" + likeText(s) + "%" }
func beginning(s string) string { return likeText(s) + "%" }

// likeText makes what was typed mean itself in a LIKE pattern.
func likeText(s string) string {
	return strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(s)
}
