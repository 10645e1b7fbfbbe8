package check

// stock are the invariants of what lies where and for whom.
var stock = []Invariant{
	{"S01", onHandNegativeSQL}, {"S02", reservedBoundsSQL}, {"S03", ledgerSQL}, {"S04", reservedSQL}, {"S05", binsSQL},
	{"S06", movementSignSQL}, {"S07", movementOnceSQL}, {"S08", pairsSQL}, {"S11", endedHoldsSQL}, {"S12", allocationLineSQL},
	{"S13", allocationTooMuchSQL}, {"S14", allocationDeadSQL}, {"S15", allocationStateSQL}, {"S16", freedStockSQL}, {"S17", binPlaceSQL},
}

const onHandNegativeSQL = `
	select format('SKU %s at location %s, %s: %s on hand', l.sku_id, l.location_id, l.condition, l.on_hand)
	from inventory_levels l
	where l.on_hand < 0`

const reservedBoundsSQL = `
	select format('SKU %s at location %s, %s: %s reserved of %s', l.sku_id, l.location_id, l.condition, l.reserved, l.on_hand)
	from inventory_levels l
	where l.reserved < 0 or l.reserved > l.on_hand or (l.condition <> 'sellable' and l.reserved <> 0)`

const ledgerSQL = `
	select format('SKU %s at location %s, %s: level %s, ledger %s', sku_id, location_id, condition, coalesce(l.on_hand, 0), coalesce(m.pieces, 0))
	from inventory_levels l
	full join (
		select sku_id, location_id, condition, sum(quantity) as pieces
		from inventory_movements
		group by sku_id, location_id, condition) m using (sku_id, location_id, condition)
	where coalesce(l.on_hand, 0) <> coalesce(m.pieces, 0)`

const reservedSQL = `
	select format('SKU %s at location %s: %s reserved, allocations hold %s', sku_id, location_id, coalesce(l.reserved, 0), coalesce(a.pieces, 0))
	from (select sku_id, location_id, reserved from inventory_levels where condition = 'sellable') l
	full join (
		select sku_id, location_id, sum(quantity) as pieces
		from inventory_allocations
		where kind = 'on_hand' and state in ('soft', 'firm')
		group by sku_id, location_id) a using (sku_id, location_id)
	where coalesce(l.reserved, 0) <> coalesce(a.pieces, 0)`

const binsSQL = `
	select format('SKU %s at location %s, %s: level %s, bins %s', sku_id, location_id, condition, coalesce(l.on_hand, 0), coalesce(b.pieces, 0))
	from inventory_levels l
	full join (
		select s.sku_id, b.location_id, s.condition, sum(s.quantity) as pieces
		from inventory_bin_stock s
		join inventory_bins b on b.id = s.bin_id
		group by s.sku_id, b.location_id, s.condition) b using (sku_id, location_id, condition)
	where coalesce(l.on_hand, 0) <> coalesce(b.pieces, 0)`

const movementSignSQL = `
	select format('movement %s: %s of %s', m.id, m.kind, m.quantity)
	from inventory_movements m
	where m.quantity = 0 or (m.kind in ('opening', 'receive', 'return') and m.quantity < 0) or (m.kind = 'ship' and m.quantity > 0)
	   or (m.kind = 'adjust' and m.reason = '') or (m.kind = 'move') <> (m.pair is not null)`

const movementOnceSQL = `
	select format('command %s wrote its movement %s %s times', m.command_key, m.seq, count(*))
	from inventory_movements m
	group by m.command_key, m.seq
	having count(*) > 1`

const pairsSQL = `
	select format('move %s: %s legs, sum %s', m.pair, count(*), sum(m.quantity))
	from inventory_movements m
	where m.kind = 'move'
	group by m.pair
	having sum(m.quantity) <> 0 or count(*) <> 2 or count(distinct m.sku_id) <> 1`

// An ended hold does no harm until it is swept: it counts as free wherever it
// is read. One that is there although the sweep has run since is a fault.
const endedHoldsSQL = `
	select format('allocation %s of order %s ended %s', a.id, a.order_id, a.expires_at)
	from inventory_allocations a
	where a.state = 'soft' and a.expires_at < (
		select max(j.attempted_at) - interval '5 minutes'
		from river_job j
		where j.kind = 'tidy_soft_holds' and j.state = 'completed')`

const allocationLineSQL = `
	select format('allocation %s of line %s', a.id, a.line_id)
	from inventory_allocations a
	left join sales_order_lines l on l.id = a.line_id
	where l.id is null or l.sku_id is distinct from a.sku_id or l.order_id <> a.order_id or l.kind not in ('goods', 'kit_part') or a.quantity <= 0`

const allocationTooMuchSQL = `
	select format('line %s of order %s: %s set aside, %s open', l.id, l.order_id, sum(a.quantity), l.quantity - l.cancelled)
	from sales_order_lines l
	join inventory_allocations a on a.line_id = l.id and a.state in ('soft', 'firm', 'consumed')
	group by l.id
	having sum(a.quantity) > l.quantity - l.cancelled`

const allocationDeadSQL = `
	select format('allocation %s of order %s, which is %s', a.id, o.number, o.state)
	from inventory_allocations a
	join sales_orders o on o.id = a.order_id
	where a.state in ('soft', 'firm') and o.state in ('cancelled', 'closed')`

const allocationStateSQL = `
	select format('allocation %s is %s, order %s is %s', a.id, a.state, o.number, o.state)
	from inventory_allocations a
	join sales_orders o on o.id = a.order_id
	where (a.state = 'soft' and o.state not in ('draft', 'placed')) or (a.state = 'firm' and o.state <> 'confirmed')`

const freedStockSQL = `
	select format('order %s is held without its stock and has %s pieces', o.number, sum(a.quantity))
	from sales_orders o
	join inventory_allocations a on a.order_id = o.id and a.state in ('soft', 'firm')
	where exists (select 1 from sales_holds h where h.order_id = o.id and h.lifted_at is null and not h.keeps_stock)
	group by o.id`

const binPlaceSQL = `
	select format('movement %s names bin %s of another location', m.id, m.bin_id)
	from inventory_movements m
	left join inventory_bins b on b.id = m.bin_id
	where b.location_id is distinct from m.location_id`
