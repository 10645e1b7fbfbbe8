package e2e

import (
	"fmt"
	"testing"
)

// A01, A75, A89: a stranger orders by the public form and reads the status
// page, on a large and a small screen, by day and by night, and without
// scripts.
func TestACustomerOrdersAndReadsTheStatus(t *testing.T) {
	t.Parallel()
	for _, v := range views {
		t.Run(v.String(), func(t *testing.T) {
			t.Parallel()
			b := open(t).tab(v)
			before := b.one("select count(*) from sales_orders")
			b.visit("/shop")
			b.shot("1-products")
			b.put(`[name$=".quantity"]`, "4")
			b.click(`button[name=do][value=add]`)
			b.until(`location.search.includes("b=")`)
			b.click(`button[name=do][value=go]`)
			b.until(`location.pathname == "/shop/order"`)
			for name, text := range map[string]string{"email": "ida@example.test", "ship_to.name": "Ida Holm", "ship_to.line1": "Große Straße 1", "ship_to.city": "Hamburg", "ship_to.postcode": "20457"} {
				b.put(fmt.Sprintf(`[name=%q]`, name), text)
			}
			b.shot("2-order")
			b.wide()
			b.click(`main button.go:not([formaction])`)
			b.until(`location.pathname.startsWith("/o/")`)
			b.until(`document.readyState == "complete"`)
			number := b.one("select number::bigint from sales_orders order by id desc limit 1")
			if !is[bool](b, fmt.Sprintf(`document.querySelector("main").innerText.includes("%d")`, number)) {
				t.Errorf("the status page does not name order %d", number)
			}
			b.shot("3-status")
			b.wide()
			if n := b.one("select count(*) from sales_orders"); n != before+1 {
				t.Errorf("%d orders more, want 1", n-before)
			}
			if n := b.one("select count(*) from sales_order_progress p join sales_orders o on o.id = p.order_id where o.number = $1 and o.state = 'placed' and p.bucket = 'review'", fmt.Sprint(number)); n != 1 {
				t.Error("the order does not wait for review")
			}
			// A02: back and once more is the same order.
			b.visit("/shop/order?b=1~TRAY-OAK-L")
		})
	}
}

// wide fails where the page is wider than the screen: nobody scrolls sideways.
func (b *tab) wide() {
	b.t.Helper()
	if over := is[float64](b, `document.documentElement.scrollWidth - document.documentElement.clientWidth`); over > 0 {
		b.shot("too-wide")
		b.t.Errorf("%s is %v pixels wider than the screen", b.where(), over)
	}
}
