package e2e

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"packhouse/internal/access"
)

// A03, A08: a phone order of five lines by keyboard alone, with two mistakes
// that are both marked at once and cost nothing typed, and its confirmation.
func TestStaffEnterAnOrderByKeyboardAloneAndConfirmIt(t *testing.T) {
	t.Parallel()
	for _, v := range views {
		if !v.scripts {
			continue
		}
		t.Run(v.String(), func(t *testing.T) {
			t.Parallel()
			b := open(t).tab(v)
			b.signIn(access.Sales)
			b.visit("/orders/new")
			b.enterLines("TRAY-OAK-L", "TOWEL-WAF", "MUG-STN-GRY", "BOWL-STN-16")
			b.press("NO-SUCH-THING" + kb.Tab + "0")
			b.tabTo(`[name=customer]`)
			b.press("Harbour")
			b.until(`document.querySelector("#f-customer-list [role=option]:not([aria-disabled=true])")`)
			b.press(kb.ArrowDown)
			b.press(kb.Enter)
			b.until(`document.querySelector("[name=customer_id]").value`)
			b.tabTo(`[name=contact_name]`)
			b.replace("Front desk")
			// Enter in a field of another kind takes nothing away.
			b.press(kb.Enter)
			if got := is[string](b, `document.querySelector('[name="lines[0].sku"]').value`); got != "TRAY-OAK-L" {
				t.Fatalf("Enter in a field took the first line away; it is %q now", got)
			}
			for _, f := range [][2]string{{"ship_to.name", "Front desk"}, {"ship_to.line1", "Markt 3"}, {"ship_to.postcode", "20457"}, {"ship_to.city", "Hamburg"}} {
				b.tabTo(fmt.Sprintf(`[name=%q]`, f[0]))
				b.replace(f[1])
			}
			b.shot("1-typed")
			b.do(chromedp.KeyEvent(kb.Enter, chromedp.KeyModifiers(chromedp.ModifierCtrl)))
			b.until(`document.querySelector(".summary")`)
			b.shot("2-mistakes")
			for _, field := range []string{"sku", "quantity"} {
				if !is[bool](b, fmt.Sprintf(`document.querySelector('[name="lines[4].%s"]').getAttribute("aria-invalid") == "true"`, field)) {
					t.Errorf("the mistake in %s is not marked at the field: %s", field, is[string](b, `document.querySelector(".summary").innerText`))
				}
			}
			for name, want := range map[string]string{"lines[4].sku": "NO-SUCH-THING", "lines[4].quantity": "0", "lines[0].sku": "TRAY-OAK-L", "contact_name": "Front desk", "ship_to.line1": "Markt 3"} {
				if got := is[string](b, fmt.Sprintf(`document.querySelector('[name=%q]').value`, name)); got != want {
					t.Errorf("%s holds %q after the mistake, typed was %q", name, got, want)
				}
			}
			b.tabTo(`[name="lines[4].sku"]`)
			b.replace("APRON-DEN")
			b.press(kb.Escape + kb.Tab)
			b.replace("2")
			b.do(chromedp.KeyEvent(kb.Enter, chromedp.KeyModifiers(chromedp.ModifierCtrl)))
			b.until(`/^\/orders\/\d+$/.test(location.pathname) && document.readyState == "complete"`)
			b.shot("3-order")
			b.wide()
			order := b.one("select max(id) from sales_orders")
			if n := b.one("select count(*) from sales_order_lines where order_id = $1 and kind = 'goods'", order); n != 5 {
				t.Errorf("the order has %d lines, want 5", n)
			}
			if n := b.one("select count(*) from sales_orders where id = $1 and state = 'placed' and customer_id = (select id from customers where name = 'Harbour Inn')", order); n != 1 {
				t.Error("the order is not Harbour Inn's, or not placed")
			}
			b.tabTo(`form[action$="/confirm"] button`)
			b.press(kb.Enter)
			b.until(`document.querySelector(".flash, [role=status]") && document.querySelector("main").innerText.includes("is confirmed")`)
			b.shot("4-confirmed")
			b.confirmedOnce(order)
		})
	}
}

// enterLines types lines into the sheet: the first letters, the suggestion by
// arrow, the quantity, Enter for the next line.
func (b *tab) enterLines(codes ...string) {
	b.t.Helper()
	b.tabTo(`[name="lines[0].sku"]`)
	for i, code := range codes {
		b.press(code)
		b.until(fmt.Sprintf(`document.querySelector('[name="lines[%d].sku"]').getAttribute("aria-expanded") == "true"`, i))
		b.press(kb.ArrowDown)
		b.press(kb.Enter)
		b.until(fmt.Sprintf(`document.activeElement.name == "lines[%d].quantity"`, i))
		b.replace("2")
		b.press(kb.Enter)
		b.until(fmt.Sprintf(`document.activeElement.name == "lines[%d].sku"`, i+1))
	}
}

// confirmedOnce looks for all that confirming does, once.
func (b *tab) confirmedOnce(order int64) {
	b.t.Helper()
	for what, sql := range map[string]string{
		"confirmed orders":          "select count(*) from sales_orders where id = $1 and state = 'confirmed'",
		"entries in the timeline":   "select count(*) from events where order_id = $1 and kind = 'order.confirmed'",
		"mails of the confirmation": "select count(*) from notify_mails where order_id = $1 and kind = 'order.confirmed'",
	} {
		if n := b.one(sql, order); n != 1 {
			b.t.Errorf("%d %s, want 1", n, what)
		}
	}
	if n := b.one("select count(*) from inventory_allocations where order_id = $1", order); n == 0 {
		b.t.Error("nothing is reserved")
	}
	if n := b.one("select count(*) from fulfilment_orders where order_id = $1", order); n == 0 {
		b.t.Error("no work was made")
	}
}

const waiting = "select min(o.id) from sales_orders o join sales_order_progress p on p.order_id = o.id where o.state = 'placed' and p.holds = 0 and o.id <> 4"

// A02
func TestADoubleClickConfirmsOnce(t *testing.T) {
	t.Parallel()
	for _, v := range []view{views[0], views[4]} {
		t.Run(v.String(), func(t *testing.T) {
			t.Parallel()
			b := open(t).tab(v)
			b.signIn(access.Sales)
			order := b.one(waiting)
			b.visit(fmt.Sprintf("/orders/%d", order))
			b.do(chromedp.ScrollIntoView(chromedp.CSS(`form[action$="/confirm"] button`)))
			at := is[[]float64](b, `(() => { const r = document.querySelector('form[action$="/confirm"] button').getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2] })()`)
			b.do(chromedp.MouseClickXY(at[0], at[1]), chromedp.MouseClickXY(at[0], at[1], chromedp.ClickCount(2)))
			b.until(`document.querySelector("main") && document.querySelector("main").innerText.includes("is confirmed") && document.readyState == "complete"`)
			b.shot("confirmed")
			b.confirmedOnce(order)
		})
	}
}

// A10
func TestTheSecondOfTwoTabsKeepsWhatWasTyped(t *testing.T) {
	t.Parallel()
	for _, v := range []view{views[0], views[3], views[4]} {
		t.Run(v.String(), func(t *testing.T) {
			t.Parallel()
			first := open(t).tab(v)
			who := first.signIn(access.Sales)
			path := fmt.Sprintf("/orders/%d", first.one(waiting))
			second := first.another()
			first.visit(path + "/edit")
			second.visit(path + "/edit")
			first.put(`[name=po_number]`, "FIRST-1")
			first.click(`main form[action$="/edit"] button.go`)
			first.until(fmt.Sprintf(`location.pathname == %q && document.querySelector("main").innerText.includes("FIRST-1")`, path))
			second.put(`[name=note_customer]`, "Ring twice, please")
			second.click(`main form[action$="/edit"] button.go`)
			second.until(fmt.Sprintf(`document.querySelector("main") && document.querySelector("main").innerText.includes(%q) && document.querySelector("[name=note_customer]")`, who.Name))
			second.shot("stale")
			if got := is[string](second, `document.querySelector("[name=note_customer]").value`); got != "Ring twice, please" {
				t.Errorf("what was typed became %q", got)
			}
			if body := is[string](second, `document.querySelector("main").innerText`); !strings.Contains(body, "FIRST-1") {
				t.Errorf("the page does not show what the other changed: %s", body)
			}
			second.click(`main form[action$="/edit"] button.go`)
			second.until(fmt.Sprintf(`location.pathname == %q && document.readyState == "complete"`, path))
			if n := second.one("select count(*) from sales_orders where note_customer = 'Ring twice, please'"); n != 1 {
				t.Error("after looking at the other's change, saving again did not put one's own in place")
			}
		})
	}
}
