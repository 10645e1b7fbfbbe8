package products_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"packhouse/internal/access"
	"packhouse/internal/catalog"
	"packhouse/internal/txn"
	"packhouse/web/edge/edgetest"
)

func TestRouteTableOfTheProducts(t *testing.T) {
	t.Parallel()
	var mine []string
	for line := range strings.Lines(edgetest.Table(open(t).router.Routes())) {
		if strings.Contains(line, "/products") || strings.Contains(line, "/files") {
			mine = append(mine, line)
		}
	}
	got := strings.Join(mine, "")
	const file = "testdata/routes.golden"
	if os.Getenv("UPDATE") != "" {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(want) != got {
		t.Errorf("the routes or their permissions changed; run with UPDATE=1 and look at the difference:\n%s", got)
	}
}

// A18
func TestAProductIsCreatedWithItsFirstVariantInOneForm(t *testing.T) {
	t.Parallel()
	h := open(t)
	b := h.as(t, access.Manager)
	price := fmt.Sprintf("price_%d", h.base)
	fill := url.Values{"name": {"Oak <b>tray</b>"}, "kind": {"goods"}, "tax_class": {"standard"}, "handling_class": {"fragile"}, "attributes": {"Wood: oak\nFinish: oiled"},
		"code": {"TRAY-OAK-L"}, "variant": {"large"}, "sku_attributes": {"Size: L"}, "weight": {"1,25 kg"}, "length": {"40"}, "width": {"30 cm"}, "height": {"45 mm"},
		"sold_unit": {"box"}, "unit_ratio": {"4"}, "pack_size": {"2 x 4"}, "min_quantity": {"8"}, price: {"29,90"}, "cost": {"11.5"}}
	made := b.Submit("/products/new", "/products/new", fill)
	if made.Status != http.StatusSeeOther {
		t.Fatalf("status %d: %s", made.Status, made.Text())
	}
	page := b.Get(made.Location())
	text := said(page)
	for _, want := range []string{"Oak <b>tray</b>", "TRAY-OAK-L", "fragile", "Wood oak", "Size L", "1.25 kg", "40 × 30 × 4.5 cm", "box of 4", "in packs of 8, at least 8", "29.90", "11.5", "Standard rate", "created"} {
		if !strings.Contains(text, want) {
			t.Errorf("the page does not say %q: %s", want, text)
		}
	}
	if strings.Contains(page.Body, "<b>tray") {
		t.Error("the name was not escaped")
	}
	if h.count(t, `select count(*) from catalog_skus where length_mm = 400 and height_mm = 45 and weight_g = 1250 and pack_size = 8 and cost = 11.5`) != 1 {
		t.Error("stored otherwise")
	}
}

// A02
func TestTheSameFormTwiceMakesOneProduct(t *testing.T) {
	t.Parallel()
	h := open(t)
	b := h.as(t, access.Manager)
	form := b.Get("/products/new").Form("/products/new")
	form.Set("name", "Lamp")
	form.Set("code", "LAMP")
	first, second := b.Post("/products/new", form), b.Post("/products/new", form)
	if first.Status != http.StatusSeeOther || second.Location() != first.Location() || h.count(t, `select count(*) from catalog_products`) != 1 {
		t.Errorf("%d %s, %d %s", first.Status, first.Location(), second.Status, second.Location())
	}
	if text := said(b.Get(second.Location())); !strings.Contains(text, "Lamp") {
		t.Error(text)
	}
}

func TestAllThatIsWrongIsMarkedAtOnceAndNothingTypedIsLost(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.product(t, catalog.Goods, "TAKEN", "Taken")
	b := h.as(t, access.Manager)
	price := fmt.Sprintf("price_%d", h.base)
	fill := url.Values{"name": {""}, "kind": {"goods"}, "tax_class": {"standard"}, "code": {"a  b"}, "weight": {"heavy"}, "unit_ratio": {"1,5"}, "pack_size": {"0"}, price: {"$ 12"}, "cost": {"x"}, "attributes": {"oak"}, "description": {"</textarea><script>alert(1)</script>"}}
	a := b.Submit("/products/new", "/products/new", fill)
	if a.Status != http.StatusUnprocessableEntity {
		t.Fatalf("status %d", a.Status)
	}
	for name := range fill {
		marked := a.Doc().Find(fmt.Sprintf("[name=%q][aria-invalid=true]", name)).Length() > 0
		if free := name == "kind" || name == "tax_class" || name == "description"; marked == free {
			t.Errorf("%s marked: %v", name, marked)
		}
	}
	again := a.Form("/products/new")
	for name, v := range fill {
		if again.Get(name) != v[0] {
			t.Errorf("%s: typed %q, shown %q", name, v[0], again.Get(name))
		}
	}
	if strings.Contains(a.Body, "<script>alert") {
		t.Error("what was typed was not escaped")
	}
	for name, v := range map[string]string{"name": "Other", "code": "taken", "weight": "", "unit_ratio": "1", "pack_size": "1", price: "", "cost": "", "attributes": ""} {
		again.Set(name, v)
	}
	if a = b.Post("/products/new", again); a.Status != 422 || !strings.Contains(a.Text(), "in use already, by TAKEN") {
		t.Errorf("a code in use: %d %s", a.Status, a.Text())
	}
	again.Set("name", "nul \x00 byte")
	if a = b.Post("/products/new", again); a.Status != 422 {
		t.Errorf("NUL: %d", a.Status)
	}
}

// A10
func TestASecondSaveIsRefusedShowsTheOthersChangeAndKeepsWhatWasTyped(t *testing.T) {
	t.Parallel()
	h := open(t)
	p, s := h.product(t, catalog.Goods, "LAMP", "Lamp")
	one, two := h.as(t, access.Manager), h.as(t, access.Admin)
	mine := two.Get(variantAt(p, s)).Form(variantAt(p, s))
	if a := one.Submit(variantAt(p, s), variantAt(p, s), url.Values{"pack_size": {"6"}}); a.Status != http.StatusSeeOther {
		t.Fatalf("first: %d %s", a.Status, a.Text())
	}
	mine.Set("pack_size", "12")
	a := two.Post(variantAt(p, s), mine)
	if a.Status != http.StatusConflict || !strings.Contains(a.Text(), "manager person") || !strings.Contains(said(a), "Pack size 1 6 12") {
		t.Fatalf("second: %d %s", a.Status, a.Text())
	}
	again := a.Form(variantAt(p, s))
	if again.Get("pack_size") != "12" {
		t.Errorf("typed is lost: %v", again)
	}
	if a = two.Post(variantAt(p, s), again); a.Status != http.StatusSeeOther || h.count(t, `select pack_size from catalog_skus where id = $1`, s) != 12 {
		t.Errorf("after a look: %d", a.Status)
	}
	stale := two.Get(at(p) + "/edit").Form(at(p) + "/edit")
	one.Submit(at(p)+"/edit", at(p)+"/edit", url.Values{"name": {"Lantern"}})
	stale.Set("name", "Lamp 2")
	if a = two.Post(at(p)+"/edit", stale); a.Status != http.StatusConflict || !strings.Contains(said(a), "Name Lamp Lantern Lamp 2") {
		t.Errorf("product: %d %s", a.Status, a.Text())
	}
}

// A18
func TestThePageShowsStockByLocationAndState(t *testing.T) {
	t.Parallel()
	h := open(t)
	p, s := h.product(t, catalog.Goods, "TRAY", "Tray")
	h.stock(t, s, "Hamburg", 12, 3)
	h.stock(t, s, "Lyon", 30, 0)
	var rows []string
	spaced(h.as(t, access.Warehouse).Get(at(p))).Find("table[class=grid]").Eq(1).Find("tbody tr, tfoot tr").Each(func(_ int, row *goquery.Selection) {
		rows = append(rows, strings.Join(strings.Fields(row.Text()), " "))
	})
	want := []string{"Hamburg 12 0 12 0 3 0", "Lyon 30 0 30 0 0 0", "All locations 42 0 42 0 3 0"}
	if strings.Join(rows, "|") != strings.Join(want, "|") {
		t.Errorf("rows %q", rows)
	}
}

func TestTheWarehouseSeesNeitherPricesNorCosts(t *testing.T) {
	t.Parallel()
	h := open(t)
	p, _ := h.product(t, catalog.Goods, "TRAY", "Tray")
	warehouse, sales, manager := h.as(t, access.Warehouse), h.as(t, access.Sales), h.as(t, access.Manager)
	for _, path := range []string{"/products", at(p), "/products/find?q=tray"} {
		for _, c := range []struct {
			b           *edgetest.Browser
			price, cost bool
		}{{warehouse, false, false}, {sales, true, false}, {manager, true, path == at(p)}} {
			a := c.b.Get(path)
			if got := strings.Contains(a.Body, "12.5"); a.Status != 200 || got != c.price {
				t.Errorf("%s: price shown %v", path, got)
			}
			if got := strings.Contains(a.Body, "3.21"); got != c.cost {
				t.Errorf("%s: cost shown %v", path, got)
			}
		}
	}
	for path, want := range map[string]int{"/products/new": 403, at(p) + "/edit": 403, "/products/prices": 403} {
		if a := warehouse.Get(path); a.Status != want {
			t.Errorf("%s: %d", path, a.Status)
		}
	}
	if a := sales.Get("/products/prices"); a.Status != 200 {
		t.Errorf("sales at the price lists: %d", a.Status)
	}
}

func TestEachRoleReachesWhatThePermissionTableSays(t *testing.T) {
	t.Parallel()
	h := open(t)
	browsers := map[access.Role]*edgetest.Browser{}
	for _, role := range access.Roles {
		browsers[role] = h.as(t, role)
	}
	routes := h.router.Routes()
	mine := routes[:0]
	for _, r := range routes {
		if strings.HasPrefix(r.Pattern, "/products") || strings.HasPrefix(r.Pattern, "/files") {
			mine = append(mine, r)
		}
	}
	path := func(p string) string {
		return strings.NewReplacer("{product}", "999999", "{sku}", "999999", "{list}", "999999", "{file}", "999999").Replace(p)
	}
	edgetest.Matrix(t, mine, path, edgetest.New(t, h.router), browsers)
}

func TestTheListIsSearchedFilteredAndPaged(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.do(t, func(ctx context.Context, tx *txn.Tx) error {
		items := make([]catalog.Imported, 60)
		for i := range items {
			items[i] = catalog.Imported{Code: fmt.Sprintf("C-%02d", i), Title: fmt.Sprintf("Candle %02d", i), TaxClass: "standard"}
		}
		_, err := catalog.Upsert(ctx, tx, items, 0)
		return err
	})
	_, gone := h.product(t, catalog.Goods, "OLD", "Old candle")
	h.product(t, catalog.Service, "WRAP", "Gift wrapping")
	h.do(t, func(ctx context.Context, tx *txn.Tx) error { return catalog.Withdraw(ctx, tx, gone, 1, "gone") })
	b := h.as(t, access.Sales)
	rows := func(a *edgetest.Answer) int { return a.Doc().Find("#products tbody tr").Length() }
	first := b.Get("/products")
	if rows(first) != 50 {
		t.Errorf("first page of %d", rows(first))
	}
	next, _ := first.Doc().Find("a[rel=next]").Attr("href")
	second := b.Get(next)
	if rows(second) != 12 {
		t.Errorf("second page of %d", rows(second))
	}
	back, _ := second.Doc().Find("a[rel=prev]").Attr("href")
	if a := b.Get(back); rows(a) != 50 || !strings.Contains(a.Text(), "C-00") {
		t.Error("the way back is lost")
	}
	for address, want := range map[string]int{"?q=candle+07": 1, "?q=old": 1, "?sale=withdrawn": 1, "?kind=service": 1, "?kind=kit": 0, "?q=%25": 0, "?sort=-title&q=candle": 50, "?q=nothing+like+it": 0} {
		a := b.Get("/products" + address)
		if a.Status != 200 || rows(a) != want {
			t.Errorf("%s: %d, %d rows", address, a.Status, rows(a))
		}
		if want == 0 && !strings.Contains(a.Text(), "No product fits") {
			t.Errorf("%s: the empty list explains nothing", address)
		}
	}
}

func TestTheBoxOfAnOrderFindsTitleAvailabilityAndPrice(t *testing.T) {
	t.Parallel()
	h := open(t)
	_, s := h.product(t, catalog.Goods, "TRAY", "Oak tray")
	h.product(t, catalog.Service, "WRAP", "Wrapping of a tray")
	h.stock(t, s, "Hamburg", 12, 3)
	a := h.as(t, access.Sales).Get("/products/find?q=tray")
	options := a.Doc().Find("li[role=option]")
	if a.Status != 200 || options.Length() != 2 {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	first := options.Eq(0)
	if first.AttrOr("data-value", "") != "TRAY" || first.AttrOr("data-id", "") != fmt.Sprint(s) || first.AttrOr("data-fill-price", "none") != "none" {
		t.Errorf("%s", a.Body)
	}
	if text := said(a); !strings.Contains(text, "Oak tray TRAY · € 12.50 12 free") || !strings.Contains(text, "always there") {
		t.Errorf("%q", text)
	}
	if a := h.as(t, access.Sales).Get("/products/find?q=zzzz"); !strings.Contains(a.Body, "Nothing found") {
		t.Error(a.Body)
	}
}

// A47
func TestAKitIsSaidWhatItIsMadeOfAndShowsHowOftenItIsThere(t *testing.T) {
	t.Parallel()
	h := open(t)
	kit, set := h.product(t, catalog.Kit, "SET", "Tea set")
	_, cup := h.product(t, catalog.Goods, "CUP", "Cup")
	_, pot := h.product(t, catalog.Goods, "POT", "Pot")
	h.stock(t, cup, "Hamburg", 13, 0)
	h.stock(t, pot, "Hamburg", 5, 0)
	b := h.as(t, access.Manager)
	if text := said(b.Get(at(kit))); !strings.Contains(text, "SET has no parts yet, so it cannot be ordered.") {
		t.Error(text)
	}
	form := variantAt(kit, set) + "/parts"
	a := b.Submit(variantAt(kit, set), form, url.Values{"parts[0].code": {"cup"}, "parts[0].quantity": {"0"}, "parts[1].code": {"nothing"}, "parts[1].quantity": {"1"}})
	if a.Status != 422 || a.Doc().Find("[name='parts[0].quantity'][aria-invalid=true], [name='parts[1].code'][aria-invalid=true]").Length() < 1 || a.Form(form).Get("parts[1].code") != "nothing" {
		t.Errorf("%d %s", a.Status, a.Text())
	}
	a = b.Submit(variantAt(kit, set), form, url.Values{"parts[0].code": {"cup"}, "parts[0].quantity": {"6"}, "parts[2].code": {"POT"}, "parts[2].quantity": {"1"}})
	if a.Status != http.StatusSeeOther {
		t.Fatalf("%d %s", a.Status, a.Text())
	}
	if text := said(b.Get(at(kit))); !strings.Contains(text, "6 × Cup CUP") || !strings.Contains(text, "SET: 2 pieces free") {
		t.Error(text)
	}
	if a = b.Submit(variantAt(kit, set), form, url.Values{"parts[0].code": {"SET"}, "parts[0].quantity": {"1"}}); a.Status != 422 || !strings.Contains(a.Text(), "cannot stand inside itself") {
		t.Errorf("itself: %d %s", a.Status, a.Text())
	}
}

func TestBarcodesAndSubstitutesAreKeptFromTheVariantsPage(t *testing.T) {
	t.Parallel()
	h := open(t)
	p, s := h.product(t, catalog.Goods, "TRAY", "Tray")
	h.product(t, catalog.Goods, "BOARD", "Board")
	b, v := h.as(t, access.Manager), variantAt(p, s)
	for barcode, want := range map[string]int{"4006381333931": 303, "board": 422, "": 422} {
		if a := b.Submit(v, v+"/barcodes", url.Values{"barcode": {barcode}}); a.Status != want {
			t.Errorf("%q: %d %s", barcode, a.Status, a.Text())
		}
	}
	if a := b.Submit(v, v+"/substitutes", url.Values{"substitutes[0].code": {"board"}}); a.Status != 303 {
		t.Errorf("substitute: %d %s", a.Status, a.Text())
	}
	if a := b.Submit(v, v+"/substitutes", url.Values{"substitutes[1].code": {"TRAY"}}); a.Status != 422 || a.Doc().Find("[name='substitutes[1].code'][aria-invalid=true]").Length() != 1 {
		t.Errorf("itself: %d %s", a.Status, a.Text())
	}
	if text := said(b.Get(at(p))); !strings.Contains(text, "4006381333931") || !strings.Contains(text, "TRAY may be replaced by Board BOARD") {
		t.Error(text)
	}
	if a := b.Submit(v, v+"/barcodes/remove", nil); a.Status != 303 || h.count(t, `select count(*) from catalog_barcodes`) != 0 {
		t.Errorf("remove: %d", a.Status)
	}
}

func TestAVariantIsWithdrawnWithAReasonAndSoldAgain(t *testing.T) {
	t.Parallel()
	h := open(t)
	p, s := h.product(t, catalog.Goods, "TRAY", "Tray")
	b, v := h.as(t, access.Manager), variantAt(p, s)
	if a := b.Submit(v+"/withdraw", v+"/withdraw", url.Values{"reason": {" "}}); a.Status != 422 {
		t.Errorf("no reason: %d", a.Status)
	}
	if a := b.Submit(v+"/withdraw", v+"/withdraw", url.Values{"reason": {"no longer made"}}); a.Status != 303 {
		t.Fatalf("%d %s", a.Status, a.Text())
	}
	if text := said(b.Get(at(p))); !strings.Contains(text, "TRAY withdrawn: no longer made") {
		t.Error(text)
	}
	if a := b.Submit(v, v+"/reinstate", nil); a.Status != 303 || h.count(t, `select count(*) from catalog_skus where withdrawn_at is null and id = $1`, s) != 1 {
		t.Errorf("again: %d", a.Status)
	}
}

func TestVariantsAreAddedAndChanged(t *testing.T) {
	t.Parallel()
	h := open(t)
	p, s := h.product(t, catalog.Goods, "TRAY", "Tray")
	b, add := h.as(t, access.Manager), at(p)+"/variants/new"
	if a := b.Submit(add, add, url.Values{"code": {"tray"}, "variant": {"small"}}); a.Status != 422 {
		t.Errorf("a code twice: %d", a.Status)
	}
	price := fmt.Sprintf("price_%d", h.base)
	if a := b.Submit(add, add, url.Values{"code": {"TRAY-S"}, "variant": {"small"}, price: {"9.95"}}); a.Status != 303 {
		t.Fatalf("%d %s", a.Status, a.Text())
	}
	if text := said(b.Get(at(p))); !strings.Contains(text, "Tray, small TRAY-S") || !strings.Contains(text, "9.95") {
		t.Error(text)
	}
	if a := b.Submit(variantAt(p, s), variantAt(p, s), url.Values{price: {""}}); a.Status != 303 {
		t.Errorf("%d %s", a.Status, a.Text())
	}
	if text := said(b.Get(at(p))); !strings.Contains(text, "TRAY has no base price.") {
		t.Error(text)
	}
	if a := b.Get(variantAt(p+1, s)); a.Status != 404 {
		t.Errorf("a variant of another product: %d", a.Status)
	}
}

// A19
func TestPriceListsTakeBreaksAndDates(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.product(t, catalog.Goods, "TRAY", "Tray")
	b := h.as(t, access.Manager)
	list := fmt.Sprintf("/products/prices/%d", h.list)
	a := b.Submit(list, list, url.Values{"sku": {"none"}, "least": {"ten"}, "price": {"1,234"}, "from": {"2026-12-31"}, "until": {"31.12"}})
	if a.Status != 422 || a.Doc().Find("[aria-invalid=true]").Length() != 3 || a.Form(list).Get("price") != "1,234" {
		t.Errorf("%d %s", a.Status, a.Text())
	}
	if a = b.Submit(list, list, url.Values{"sku": {"tray"}, "price": {"8"}, "from": {"2026-12-31"}, "until": {"2026-12-30"}}); a.Status != 422 || !strings.Contains(a.Text(), "The end lies before the beginning.") {
		t.Errorf("%d %s", a.Status, a.Text())
	}
	for _, fill := range []url.Values{{"sku": {"tray"}, "least": {"10"}, "price": {"7.5"}}, {"sku": {"TRAY"}, "least": {"10"}, "price": {"6.9995"}, "from": {"2020-12-01"}, "until": {"2020-12-31"}}} {
		if a = b.Submit(list, list, fill); a.Status != 303 {
			t.Fatalf("%d %s", a.Status, a.Text())
		}
	}
	text := said(b.Get(list))
	for _, want := range []string{"Tray TRAY 10", "7.50", "always", "6.9995", "1 Dec 2020 – 31 Dec 2020", "over"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q: %s", want, text)
		}
	}
	if a = b.Submit(list, list+"/remove", nil); a.Status != 303 || h.count(t, `select count(*) from catalog_prices where price_list_id = $1`, h.list) != 1 {
		t.Errorf("remove: %d", a.Status)
	}
	if a = b.Submit("/products/prices/new", "/products/prices/new", url.Values{"code": {"BASE2"}, "name": {"x"}, "currency": {"EUR"}, "tax": {"without"}, "base": {"on"}}); a.Status != 422 || !strings.Contains(a.Text(), "There is a base list in EUR") {
		t.Errorf("two base lists: %d %s", a.Status, a.Text())
	}
	if a = b.Submit("/products/prices/new", "/products/prices/new", url.Values{"code": {"RETAIL"}, "name": {"Retail"}, "currency": {"eur"}, "tax": {"with"}, "base": {"on"}}); a.Status != 303 {
		t.Errorf("%d %s", a.Status, a.Text())
	}
	if text := said(b.Get("/products/prices")); !strings.Contains(text, "Retail RETAIL") || !strings.Contains(text, "Wholesale WHOLESALE") {
		t.Error(text)
	}
}

func TestAPictureIsJudgedByItsContentAndServedInASandbox(t *testing.T) {
	t.Parallel()
	h := open(t)
	p, _ := h.product(t, catalog.Goods, "TRAY", "Tray")
	b, action := h.as(t, access.Manager), at(p)+"/picture"
	png := append([]byte("\x89PNG\r\n\x1a\n"), bytes.Repeat([]byte{7}, 100)...)
	for name, c := range map[string]struct {
		body []byte
		want int
		say  string
	}{
		"evil.png":  {[]byte("<svg onload=alert(1)>"), 422, "PNG, JPEG, WebP or GIF"},
		"empty.png": {nil, 422, "needed"},
		"large.png": {append(png[:8:8], make([]byte, 5<<20)...), 422, "5 MB at most"},
		"huge.png":  {append(png[:8:8], make([]byte, 7<<20)...), 413, ""},
	} {
		if a := upload(t, b, at(p), action, name, c.body); a.Status != c.want || !strings.Contains(a.Text(), c.say) {
			t.Errorf("%s: %d %s", name, a.Status, a.Text())
		}
	}
	if a := upload(t, b, at(p), action, "../../tray\".png", png); a.Status != 303 {
		t.Fatalf("%d %s", a.Status, a.Text())
	}
	src, _ := b.Get(at(p)).Doc().Find("main img").Attr("src")
	a := b.Get(src)
	if a.Status != 200 || a.Header.Get("Content-Type") != "image/png" || a.Header.Get("X-Content-Type-Options") != "nosniff" ||
		!strings.Contains(a.Header.Get("Content-Security-Policy"), "sandbox") || a.Body != string(png) {
		t.Errorf("%d %v", a.Status, a.Header)
	}
	if a := edgetest.New(t, h.router).Get(src); a.Status != 303 {
		t.Errorf("a stranger: %d", a.Status)
	}
	if a := b.Submit(at(p), action+"/remove", nil); a.Status != 303 || b.Get(at(p)).Doc().Find("main img").Length() != 0 {
		t.Errorf("taken away: %d", a.Status)
	}
}
