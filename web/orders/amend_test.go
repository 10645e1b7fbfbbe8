package orders_test

import (
	"net/url"
	"strings"
	"testing"

	"packhouse/internal/access"
	"packhouse/internal/id"
)

// A10: who saves second is refused, keeps what they typed, and by saving again
// does not undo what the first changed in fields the second never touched.
func TestSavingAgainAfterAStaleScreenKeepsBothPeoplesChanges(t *testing.T) {
	t.Parallel()
	h := open(t)
	o := h.place(nil, one(h.Tray.Code, 1))
	page := "/orders/" + id.Text(o) + "/edit"
	first, second := h.as(access.Sales), h.as(access.Sales)
	theirs, mine := first.Get(page).Form(page), second.Get(page).Form(page)

	theirs.Set("po_number", "PO-THEIRS")
	theirs.Set("note_internal", "said by phone")
	if a := first.Post(page, theirs); a.Status != 303 {
		t.Fatalf("the first save answered %d: %s", a.Status, a.Text())
	}
	mine.Set("contact_name", "Night desk")
	mine.Set("note_internal", "said by mail")
	stale := second.Post(page, mine)
	if stale.Status != 409 || !strings.Contains(stale.Text(), "changed this order") {
		t.Fatalf("the second save answered %d: %s", stale.Status, stale.Text())
	}
	again := stale.Form(page)
	for field, want := range map[string]string{"contact_name": "Night desk", "note_internal": "said by mail", "po_number": "PO-THEIRS"} {
		if got := again.Get(field); got != want {
			t.Errorf("%s shows %q after the refusal; want %q", field, got, want)
		}
	}
	if a := second.Post(page, again); a.Status != 303 {
		t.Fatalf("saving again answered %d: %s", a.Status, a.Text())
	}
	var contact, po, note string
	err := h.Pools.Read.QueryRow(t.Context(), `select contact_name, po_number, note_internal from sales_orders where id = $1`, o).Scan(&contact, &po, &note)
	if err != nil || contact != "Night desk" || po != "PO-THEIRS" || note != "said by mail" {
		t.Errorf("the order says %q, %q, %q (%v)", contact, po, note, err)
	}
}

// A10: a form that never said how the order stood takes nothing for untouched.
func TestAFormWithoutItsOriginKeepsEverythingTyped(t *testing.T) {
	t.Parallel()
	h := open(t)
	o := h.place(nil, one(h.Tray.Code, 1))
	page := "/orders/" + id.Text(o) + "/edit"
	b := h.as(access.Sales)
	form := b.Get(page).Form(page)
	form.Del("was")
	form.Set("version", "99")
	form.Set("po_number", "PO-MINE")
	form.Set("command", string(id.NewKey()))
	a := b.Post(page, url.Values(form))
	if a.Status != 409 || a.Form(page).Get("contact_name") != "Reception" {
		t.Errorf("%d %s", a.Status, a.Text())
	}
}
