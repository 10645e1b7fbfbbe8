package check_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"packhouse/internal/check"
	"packhouse/internal/pgtest"
	"packhouse/internal/words"
)

// plants are one fault per invariant, as a careless hand or a bug of ours could
// leave it. Constraints that would refuse it are dropped first: the check must
// see what a restored or repaired database may hold.
var plants = map[string]string{
	"S01": `alter table inventory_levels drop constraint inventory_levels_on_hand_check, drop constraint inventory_levels_reserved_check; update inventory_levels set on_hand = -1 where on_hand > 0`,
	"S02": `alter table inventory_levels drop constraint inventory_levels_reserved_check; update inventory_levels set reserved = on_hand + 1 where condition = 'sellable'`,
	"S03": `insert into inventory_movements (sku_id, location_id, bin_id, condition, quantity, kind, cause_type, command_key, seq, occurred_at, actor_name)
	        select sku_id, location_id, bin_id, condition, 1, 'receive', 'test', gen_random_uuid(), 1, now(), 'test' from inventory_movements limit 1`,
	"S04": `update inventory_allocations set quantity = quantity + 1 where state = 'firm'`,
	"S05": `update inventory_bin_stock set quantity = quantity + 1`,
	"S06": `alter table inventory_movements drop constraint inventory_movements_sign_check; update inventory_movements set kind = 'ship' where kind = 'opening'`,
	"S07": `alter table inventory_movements drop constraint inventory_movements_once; update inventory_movements set command_key = (select min(command_key::text)::uuid from inventory_movements), seq = 1`,
	"S08": `update inventory_movements set quantity = quantity + 1 where kind = 'move' and quantity > 0`,
	"S11": `insert into river_job (kind, args, state, max_attempts, attempted_at, finalized_at) values ('tidy_soft_holds', '{}', 'completed', 1, now() + interval '1 day', now());
	        update inventory_allocations set expires_at = now() where state = 'soft'`,
	"S12": `update inventory_allocations set sku_id = sku_id + 1 where state = 'firm'`,
	"S13": `update inventory_allocations set quantity = 1000 where state = 'firm'`,
	"S14": `update inventory_allocations set state = 'firm', expires_at = null where order_id in (select id from sales_orders where state = 'cancelled')`,
	"S15": `update inventory_allocations set state = 'firm', expires_at = null where state = 'soft'`,
	"S16": `update sales_holds set order_id = (select order_id from inventory_allocations where state = 'firm' limit 1)`,
	"S17": `update inventory_movements set location_id = location_id + 1`,

	"O01": `alter table sales_orders drop constraint sales_orders_number_key; update sales_orders set number = '10001'`,
	"O02": `alter table sales_orders drop constraint sales_orders_total_check; update sales_orders set total_minor = total_minor + 1 where state = 'confirmed'`,
	"O03": `update sales_orders set goods_minor = goods_minor + 1`,
	"O04": `update sales_order_lines set unit_price = unit_price + 1`,
	"O05": `update sales_orders set discount_minor = discount_minor + 300`,
	"O06": `alter table sales_order_lines drop constraint sales_order_lines_quantity_check, drop constraint sales_order_lines_cancelled_check,
	            drop constraint sales_order_lines_net_spread_check, drop constraint sales_order_lines_tax_spread_check; update sales_order_lines set quantity = -3`,
	"O07": `alter table sales_order_lines drop constraint sales_order_lines_quantity_check, drop constraint sales_order_lines_net_spread_check,
	            drop constraint sales_order_lines_tax_spread_check; update sales_order_lines set quantity = 2147483647`,
	"O08": `delete from sales_order_lines where order_id = (select min(id) from sales_orders)`,
	"O09": `insert into events (occurred_at, actor_kind, actor_name, command_key, kind, subject_type, subject_id, order_id, public, data)
	        select now(), 'staff', 'test', gen_random_uuid(), 'order.confirmed', 'order', id, id, true, '{}' from sales_orders where state = 'cancelled'`,
	"O10": `update sales_orders set state = 'closed', closed_at = now() where state = 'confirmed'`,
	"O13": `delete from links`,
	"O14": `update sales_order_lines set tax_rate_ppm = 70000 where tax_minor > 0`,
	"O15": `update sales_order_lines set cancelled_net_minor = cancelled_net_minor - 1 where cancelled > 0 and cancelled < quantity and cancelled_net_minor > 0`,
	"O16": `update sales_order_lines set cancelled = cancelled + 1 where kind = 'kit_part'`,
	"O17": `update sales_order_lines set cancelled = 0 where order_id in (select id from sales_orders where state = 'cancelled')`,
	"O18": `drop index sales_orders_external_key; update sales_orders set external_ref = 'A-1'`,

	"G01": `delete from sales_order_progress`,
	"G02": `update sales_order_progress set total_minor = total_minor + 1`,
	"G03": `update sales_order_progress set reserved = reserved + 1 where state = 'confirmed'`,
	"G04": `update sales_order_progress set sentence = 'why.ready_to_confirm' where state = 'confirmed'`,
	"G05": `update sales_order_search set words = 'nothing'`,

	"W01": `update fulfilment_lines set quantity = quantity + 1`,
	"W02": `update fulfilment_orders set order_id = (select id from sales_orders where state = 'cancelled') where state = 'open'`,
	"W03": `update fulfilment_orders set state = 'cancelled', closed_at = now() where state = 'open'`,
	"W04": `update fulfilment_lines set sku_id = sku_id + 1`,
	"W05": `delete from sales_promises`,
	"W06": `update sales_promises set order_id = order_id + 1`,

	"E04": `delete from river_job; update notify_mails set created_at = now() - interval '1 hour'`,
	"E05": `drop index river_job_unique_idx; insert into river_job (kind, args, max_attempts, unique_key) values ('tidy_soft_holds', '{}', 1, 'x'), ('tidy_soft_holds', '{}', 1, 'x')`,
	"E06": `insert into river_job (kind, args, state, max_attempts, attempted_at, finalized_at) values ('tidy_soft_holds', '{}', 'completed', 1, now(), now());
	        update river_job set scheduled_at = now() - interval '1 hour' where kind = 'send_mail'`,
	"E07": `alter table notify_mails drop constraint notify_mails_once; update notify_mails set event_id = 1, kind = 'order_received', recipient = 'a@example.com'`,
	"E08": `alter table commands drop constraint commands_pkey; insert into commands (scope, key, request_hash) select scope, key, request_hash from commands limit 1`,
	"E09": `delete from commands`,
	"E10": `update notify_mails set event_id = event_id + 1000000`,

	"A01": `insert into access_sessions (token_hash, user_id, data, expires_at) select 'x', id, '', now() + interval '1 hour' from access_users;
	        update access_users set disabled_at = now()`,
	"A02": `insert into access_sessions (token_hash, user_id, data, expires_at) select 'x', id, '', now() + interval '90 days' from access_users`,
	"A03": `update access_users set role = 'sales'`,
	"A04": `delete from events where kind = 'order.confirmed'`,
	"A05": `alter table events disable trigger events_append_only`,
	"A06": `drop index customers_email_key; update customers set email = 'Ida@example.com' where id % 2 = 0; update customers set email = 'ida@example.com' where id % 2 = 1`,

	"D01": `update events set order_id = order_id + 1000000 where order_id is not null`,
	"D02": `alter table catalog_skus add constraint skus_test check (id > 0) not valid`,
	"D03": `create sequence near maxvalue 10; select setval('near', 9)`,
	"D04": `update events set occurred_at = now() + interval '3 years'`,
	"D05": `update sales_orders set confirmed_at = placed_at - interval '1 day' where confirmed_at is not null`,
}

// A27
func TestABusyCompanyIsClean(t *testing.T) {
	t.Parallel()
	db := busy(t)
	got, err := check.Run(t.Context(), db.Pools.Read)
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != len(check.All()) || !check.Clean(got) {
		t.Errorf("%d of %d checks were made", len(got), len(check.All()))
	}
	for _, r := range got {
		if !r.Fine() {
			t.Errorf("%s %s: %d, such as %s", r.ID, r.Says, r.Rows, strings.Join(r.Sample, "; "))
		}
	}
}

func TestAnEmptyDatabaseIsClean(t *testing.T) {
	t.Parallel()
	got, err := check.Run(t.Context(), pgtest.DB(t).Pools.Read)
	if err != nil || !check.Clean(got) {
		t.Fatalf("%+v, %v", got, err)
	}
}

// A27
func TestEachPlantedFaultIsFound(t *testing.T) {
	t.Parallel()
	conn := superuser(t, busy(t))
	for _, i := range check.All() {
		plant, ok := plants[i.ID]
		if !ok {
			t.Errorf("%s has no planted fault", i.ID)
			continue
		}
		for _, r := range with(t, conn, plant) {
			if r.ID != i.ID {
				continue
			}
			if r.Fine() {
				t.Errorf("%s (%s) does not see: %s", r.ID, r.Says, plant)
			} else if len(r.Sample) == 0 || r.Sample[0] == "" || len(r.Sample) > check.Samples {
				t.Errorf("%s names no culprit: %q", r.ID, r.Sample)
			}
		}
	}
	if left := with(t, conn, "select 1"); !check.Clean(left) {
		t.Errorf("a planted fault stayed: %+v", left)
	}
}

func TestEachInvariantStandsOnceAndHasItsSentence(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, i := range check.All() {
		if seen[i.ID] {
			t.Errorf("%s stands twice", i.ID)
		}
		seen[i.ID] = true
		if says := i.Says(words.For("en")); strings.HasPrefix(says, "invariant.") {
			t.Errorf("%s has no sentence", i.ID)
		}
	}
	for _, planted := range slices.Sorted(maps.Keys(plants)) {
		if !seen[planted] {
			t.Errorf("%s has a planted fault and is not checked", planted)
		}
	}
}
