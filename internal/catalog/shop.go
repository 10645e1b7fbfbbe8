package catalog

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"packhouse/internal/id"
	"packhouse/internal/pg"
)

// ShopItem is one variant as the public form offers it. Quantities are in
// pieces.
type ShopItem struct {
	SKU         id.SKU
	Code        string
	Title       string
	Kind        Kind
	SoldUnit    string
	UnitRatio   int64
	PackSize    int64
	MinQuantity int64
}

// A page begins after the title and the id of the last row before it.
const shopSQL = `
	select s.id, s.code, s.title, p.kind, s.sold_unit, s.unit_ratio, s.pack_size, s.min_quantity
	from catalog_skus s
	join catalog_products p on p.id = s.product_id
	where s.shop_visible and s.withdrawn_at is null
	  and s.search like $1::text and s.search like $2::text and s.search like $3::text and s.search like all ($4::text[])
	  and (lower(s.title), s.id) > (select lower(x.title), x.id from catalog_skus x where x.id = $5 union all select '', 0 where $5 = 0)
	order by lower(s.title), s.id
	limit $6`

// ShopFind is what the public form shows: variants on sale whose code or title
// holds all the words of q, by title; all of them for an empty q. after is the
// last variant of the page before, 0 for the first page.
func ShopFind(ctx context.Context, r pg.Reader, q string, after id.SKU, limit int) ([]ShopItem, error) {
	w := []string{"%", "%", "%"}
	if q = strings.TrimSpace(q); q != "" {
		if utf8.RuneCountInString(q) > maxName {
			return nil, nil
		}
		w = words(q)
	}
	rows, err := r.Query(ctx, shopSQL, w[0], w[1], w[2], w[3:], after, limit)
	if err != nil {
		return nil, fmt.Errorf("find products of the shop: %w", err)
	}
	items, err := pgx.CollectRows(rows, pgx.RowToStructByPos[ShopItem])
	if err != nil {
		return nil, fmt.Errorf("find products of the shop: %w", err)
	}
	return items, nil
}
