package check

// work are the invariants of what locations have to do and of what customers
// were promised.
var work = []Invariant{{"W01", workCoversSQL}, {"W02", workDeadSQL}, {"W03", workPiecesSQL}, {"W04", workLineSQL}, {"W05", promisesCoverSQL}, {"W06", promiseLineSQL}}

const workCoversSQL = `
	select format('line %s at location %s: %s pieces of work, %s reserved', line_id, location_id, coalesce(w.pieces, 0), coalesce(a.pieces, 0))
	from (
		select l.line_id, f.location_id, sum(l.quantity - l.cancelled) as pieces
		from fulfilment_orders f
		join fulfilment_lines l on l.fulfilment_id = f.id
		where f.state in ('open', 'in_progress') and f.kind in ('ship', 'pickup')
		group by l.line_id, f.location_id) w
	full join (
		select line_id, location_id, sum(quantity) as pieces
		from inventory_allocations
		where kind = 'on_hand' and state = 'firm'
		group by line_id, location_id) a using (line_id, location_id)
	where coalesce(w.pieces, 0) <> coalesce(a.pieces, 0)`

const workDeadSQL = `
	select format('work %s of order %s, which is %s', f.id, o.number, o.state)
	from fulfilment_orders f
	join sales_orders o on o.id = f.order_id
	where f.state in ('open', 'in_progress') and o.state <> 'confirmed'`

const workPiecesSQL = `
	select format('work %s is %s with %s pieces; its lines have %s, of which %s are withdrawn', f.id, f.state, f.pieces, coalesce(sum(l.quantity), 0), coalesce(sum(l.cancelled), 0))
	from fulfilment_orders f
	left join fulfilment_lines l on l.fulfilment_id = f.id
	group by f.id
	having f.pieces <> coalesce(sum(l.quantity), 0) or (f.state in ('closed', 'cancelled')) <> (f.closed_at is not null)
	    or (f.state = 'cancelled') <> (coalesce(sum(l.quantity - l.cancelled), 0) = 0)`

const workLineSQL = `
	select format('work %s has line %s of another order or SKU', f.id, w.line_id)
	from fulfilment_lines w
	join fulfilment_orders f on f.id = w.fulfilment_id
	left join sales_order_lines l on l.id = w.line_id
	where l.order_id is distinct from f.order_id or l.sku_id is distinct from w.sku_id or w.quantity <= 0 or w.cancelled not between 0 and w.quantity`

const promisesCoverSQL = `
	select format('line %s of order %s: %s pieces open, %s promised', l.id, o.number, l.quantity - l.cancelled, coalesce(p.pieces, 0))
	from sales_orders o
	join sales_order_lines l on l.order_id = o.id and l.kind in ('goods', 'kit_part')
	left join (select line_id, sum(quantity) as pieces from sales_promises group by line_id) p on p.line_id = l.id
	where o.state = 'confirmed' and coalesce(p.pieces, 0) < l.quantity - l.cancelled`

const promiseLineSQL = `
	select format('promise %s of order %s is for a line of another', p.id, p.order_id)
	from sales_promises p
	left join sales_order_lines l on l.id = p.line_id
	where l.order_id is distinct from p.order_id`
