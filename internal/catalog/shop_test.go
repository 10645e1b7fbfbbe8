package catalog

import (
	"strings"
	"testing"

	"packhouse/internal/pgtest"
)

func TestTheShopOffersWhatIsVisibleAndNotWithdrawn(t *testing.T) {
	t.Parallel()
	tx := pgtest.Tx(t)
	if _, err := tx.Exec(t.Context(), `
		with c as (insert into tax_classes (code, name) values ('shop-find', 'S') returning id),
		p as (insert into catalog_products (name, kind, tax_class_id) select 'Zinnober', 'goods', c.id from c returning id)
		insert into catalog_skus (product_id, code, title, shop_visible, withdrawn_at)
		select p.id, v.code, v.title, v.visible, v.gone from p, (values
		    ('ZIN-1', 'Zinnober rot', true, null::timestamptz), ('ZIN-2', 'Zinnober blau', true, null),
		    ('ZIN-3', 'Zinnober grau', false, null), ('ZIN-4', 'Zinnober alt', true, now())) as v (code, title, visible, gone)`); err != nil {
		t.Fatal(err)
	}
	for q, want := range map[string]string{"zinnober": "ZIN-2 ZIN-1", "rot zinn": "ZIN-1", "ZIN-2": "ZIN-2", "zinnober grau": "", "zin-4": ""} {
		found, err := ShopFind(t.Context(), tx, q, 0, 10)
		if err != nil {
			t.Fatal(err)
		}
		var codes []string
		for _, f := range found {
			codes = append(codes, f.Code)
		}
		if got := strings.Join(codes, " "); got != want {
			t.Errorf("%q finds %q, want %q", q, got, want)
		}
	}
	first, err := ShopFind(t.Context(), tx, "zinnober", 0, 1)
	if err != nil || len(first) != 1 {
		t.Fatal(first, err)
	}
	if next, err := ShopFind(t.Context(), tx, "zinnober", first[0].SKU, 10); err != nil || len(next) != 1 || next[0].Code != "ZIN-1" {
		t.Errorf("the page after the first: %+v, %v", next, err)
	}
	if none, err := ShopFind(t.Context(), tx, strings.Repeat("x", 100_000), 0, 10); err != nil || len(none) != 0 {
		t.Errorf("a very long search: %d, %v", len(none), err)
	}
}
