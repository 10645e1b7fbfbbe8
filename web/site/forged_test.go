package site_test

import (
	"strings"
	"testing"

	"packhouse/internal/access"
)

// Finding 15: a form sets its own fields and nothing else.
func TestAFormSetsNoFieldThatItDoesNotShow(t *testing.T) {
	t.Parallel()
	for _, who := range []string{"nobody", "sales", "admin"} {
		t.Run(who, func(t *testing.T) {
			t.Parallel()
			h := open(t)
			b := h.visitors()[who]
			roles := h.one("select count(*) from access_users where role = 'admin'")
			closed := h.one("select count(*) from sales_orders where state = 'closed'")
			sent := 0
			for _, f := range h.forms(who, b) {
				now, ok := h.again(b, f)
				if !ok || !f.post {
					continue
				}
				now.fillIn()
				for _, name := range []string{"total", "total_minor", "net_minor", "unit_price", "discount_minor", "order_id", "id", "customer", "entity", "paid", "cost", "reserved", "on_hand", "lines[0].unit_price", "lines[0].total", "lines[0].cost",
					"created_at", "changed_by", "generation", "number", "external_ref", "actor", "user_id", "session", "terms_days", "credit_limit_minor", "password_hash", "soft_hold_until"} {
					if !now.values.Has(name) {
						now.values.Set(name, "42424242")
					}
				}
				for name, v := range map[string]string{"role": "admin", "state": "closed", "kind": "evilmark", "actor_name": "evilmark", "changed_by_name": "evilmark", "custom": `{"evilmark":1}`} {
					if !now.values.Has(name) {
						now.values.Set(name, v)
					}
				}
				if a := h.send(b, now); a.Status >= 500 {
					t.Errorf("%s with fields of others: status %d", f.action, a.Status)
				} else if a.Status < 400 {
					sent++
				}
			}
			if sent < 2 {
				t.Errorf("only %d forms were taken; the test proves nothing", sent)
			}
			if now := h.one("select count(*) from access_users where role = 'admin'"); now != roles {
				t.Errorf("%d admins, there were %d", now, roles)
			}
			if now := h.one("select count(*) from sales_orders where state = 'closed'"); now != closed {
				t.Errorf("%d orders are closed, there were %d", now, closed)
			}
			for table, all := range h.texts() {
				for _, mark := range []string{"42424242", "evilmark"} {
					if strings.Contains(all, mark) {
						t.Errorf("%s holds what no form showed: %s", table, around(all, mark))
					}
				}
			}
		})
	}
}

// texts is every row of every table as text; the drafts, which keep forms as
// they came, aside.
func (h *house) texts() map[string]string {
	h.t.Helper()
	all := map[string]string{}
	for table := range h.rows() {
		if table == "sales_drafts" {
			continue
		}
		var text string
		if err := h.Pools.Read.QueryRow(h.t.Context(), "select coalesce(string_agg(x::text, e'\\n'), '') from "+table+" x").Scan(&text); err != nil {
			h.t.Fatal(err)
		}
		all[table] = text
	}
	return all
}

// Findings 3, 8, 9, 14: an id that is not the actor's own, or that names
// nothing, changes nothing.
func TestIDsOfOthersChangeNothing(t *testing.T) {
	t.Parallel()
	h := open(t)
	before := h.rows()
	for who, b := range h.visitors() {
		for _, r := range h.commands() {
			if r.Permission == access.SignedIn || r.Pattern == "/logout" || strings.HasPrefix(r.Pattern, "/login") || !strings.Contains(r.Pattern, "{") {
				continue
			}
			a := b.Post(h.nowhere(r.Pattern), map[string][]string{"reason": {"x"}, "version": {"1"}, "name": {"x"}, "text": {"x"}, "command": {"01890000-0000-7000-8000-000000000001"}})
			if a.Status < 400 && a.Status != 303 || a.Status >= 500 {
				t.Errorf("%s as %s on a thing that is not there: status %d", r.Pattern, who, a.Status)
			}
		}
	}
	after := h.rows()
	for table, was := range before {
		if after[table] != was {
			t.Errorf("commands on things that are not there changed %s", table)
		}
	}
	// A bound picker names another location's goods.
	store, main := h.one("select id from inventory_locations where code = 'BER'"), h.one("select id from inventory_locations where code = 'HAM'")
	bound := h.nobody().SignIn(addBound(h, store))
	before = h.rows()
	for _, path := range []string{"/stock/adjust", "/stock/condition", "/stock/bin", "/stock/safety"} {
		a := bound.Post(path, map[string][]string{"sku": {"1"}, "location": {id64(main)}, "delta": {"5"}, "quantity": {"5"}, "pieces": {"5"}, "safety": {"5"}, "reason": {"found"}, "note": {"x"}, "from": {"sellable"}, "to": {"damaged"},
			"version": {"1"}, "do": {"save"}, "command": {"01890000-0000-7000-8000-00000000000" + id64(int64(len(path)%10))}})
		if a.Status < 400 || a.Status >= 500 {
			t.Errorf("%s at a location of others: status %d to %q", path, a.Status, a.Location())
		}
	}
	after = h.rows()
	for table, was := range before {
		if after[table] != was {
			t.Errorf("a picker of Berlin changed %s in Hamburg", table)
		}
	}
}
