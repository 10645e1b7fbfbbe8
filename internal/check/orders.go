package check

// orders are the invariants of orders, their money, their holds and their
// life.
var orders = []Invariant{
	{"O01", numberOnceSQL}, {"O02", orderTotalSQL}, {"O03", orderPartsSQL}, {"O04", lineTotalSQL}, {"O05", orderDiscountSQL},
	{"O06", lineMoneySQL}, {"O07", limitsSQL}, {"O08", noLinesSQL}, {"O09", movesSQL}, {"O10", stateSQL}, {"O13", statusLinkSQL},
	{"O14", orderTaxSQL}, {"O15", spreadSQL}, {"O16", kitsSQL}, {"O17", cancelledSQL}, {"O18", externalRefSQL},
}

const numberOnceSQL = `
	select format('order number %s stands %s times', o.number, count(*))
	from sales_orders o
	group by o.number
	having count(*) > 1`

const orderTotalSQL = `
	select format('order %s: net %s, tax %s, total %s; its lines have %s and %s', o.number, o.net_minor, o.tax_minor, o.total_minor, l.net, l.tax)
	from sales_orders o
	join (
		select order_id, sum(net_minor - cancelled_net_minor) as net, sum(tax_minor - cancelled_tax_minor) as tax
		from sales_order_lines
		group by order_id) l on l.order_id = o.id
	where o.net_minor <> l.net or o.tax_minor <> l.tax or o.total_minor <> l.net + l.tax`

// As priced: with tax where the prices include it. What was cancelled since
// stays in these three.
const orderPartsSQL = `
	select format('order %s: goods %s, discount %s, delivery %s; its lines have %s and %s', o.number, o.goods_minor, o.discount_minor, o.shipping_minor, l.goods, l.shipping)
	from sales_orders o
	join (
		select order_id,
		       sum(case when price_includes_tax then total_minor else net_minor end) as paid,
		       coalesce(sum(case when price_includes_tax then total_minor else net_minor end + discount_minor + order_discount_minor) filter (where kind <> 'shipping'), 0) as goods,
		       coalesce(sum(case when price_includes_tax then total_minor else net_minor end + discount_minor + order_discount_minor) filter (where kind = 'shipping'), 0) as shipping
		from sales_order_lines
		group by order_id) l on l.order_id = o.id
	where o.goods_minor <> l.goods or o.shipping_minor <> l.shipping or o.goods_minor + o.shipping_minor - o.discount_minor <> l.paid`

// The digits of the minor unit are those of internal/money; a test compares.
const lineTotalSQL = `
	select format('line %s of order %s: %s pieces at %s less %s and %s give %s and %s', l.id, o.number, l.quantity, l.unit_price, l.discount_minor, l.order_discount_minor, l.net_minor, l.tax_minor)
	from sales_order_lines l
	join sales_orders o on o.id = l.order_id
	where l.total_minor <> l.net_minor + l.tax_minor
	   or round(l.unit_price * l.quantity * 10 ^ (case
	          when o.currency in ('BIF','CLP','DJF','GNF','ISK','JPY','KMF','KRW','PYG','RWF','UGX','UYI','VND','VUV','XAF','XOF','XPF') then 0
	          when o.currency in ('BHD','IQD','JOD','KWD','LYD','OMR','TND') then 3
	          when o.currency in ('CLF','UYW') then 4
	          else 2 end)::numeric) - l.discount_minor - l.order_discount_minor
	      <> case when l.price_includes_tax then l.total_minor else l.net_minor end`

const orderDiscountSQL = `
	select format('order %s: discount %s, its lines have %s', o.number, o.discount_minor, sum(l.discount_minor + l.order_discount_minor))
	from sales_orders o
	join sales_order_lines l on l.order_id = o.id
	group by o.id
	having o.discount_minor <> sum(l.discount_minor + l.order_discount_minor)`

const lineMoneySQL = `
	select format('line %s: %s pieces, %s cancelled, price %s, net %s, tax %s, discounts %s and %s', l.id, l.quantity, l.cancelled, l.unit_price, l.net_minor, l.tax_minor, l.discount_minor, l.order_discount_minor)
	from sales_order_lines l
	where l.quantity <= 0 or l.cancelled not between 0 and l.quantity or l.unit_price < 0 or l.net_minor < 0 or l.tax_minor < 0
	   or l.discount_minor < 0 or l.order_discount_minor < 0
	   or l.cancelled_net_minor not between 0 and l.net_minor or l.cancelled_tax_minor not between 0 and l.tax_minor`

const limitsSQL = `
	select format('line %s: %s pieces, total %s', l.id, l.quantity, l.total_minor)
	from sales_order_lines l
	where l.quantity > 1000000 or l.total_minor > 100000000000
	union all
	select format('order %s: total %s', o.number, o.total_minor)
	from sales_orders o
	where o.total_minor > 100000000000`

const noLinesSQL = `
	select format('order %s is %s and has no line', o.number, o.state)
	from sales_orders o
	where o.state <> 'draft' and not exists (select 1 from sales_order_lines l where l.order_id = o.id)`

// Each event that moves an order follows the one before as the machine allows.
const movesSQL = `
	select format('order %s went from %s to %s (event %s)', x.order_id, x.was, x.became, x.id)
	from (
		select e.id, e.order_id, substr(e.kind, 7) as became, coalesce(lag(substr(e.kind, 7)) over (partition by e.order_id order by e.id), 'draft') as was
		from events e
		where e.order_id is not null and e.kind in ('order.placed', 'order.confirmed', 'order.closed', 'order.cancelled')) x
	left join sales_order_transitions t on t.from_state = x.was and t.to_state = x.became
	where t.from_state is null`

const stateSQL = `
	select format('order %s is %s; its events say %s', o.number, o.state, coalesce(e.last, 'nothing'))
	from sales_orders o
	left join (
		select order_id, (array_agg(substr(kind, 7) order by id desc))[1] as last,
		       max(occurred_at) filter (where kind = 'order.placed') as placed,
		       max(occurred_at) filter (where kind = 'order.confirmed') as confirmed,
		       max(occurred_at) filter (where kind = 'order.closed') as closed,
		       max(occurred_at) filter (where kind = 'order.cancelled') as cancelled
		from events
		where order_id is not null and kind in ('order.placed', 'order.confirmed', 'order.closed', 'order.cancelled')
		group by order_id) e on e.order_id = o.id
	where coalesce(e.last, 'draft') <> o.state or e.placed is distinct from o.placed_at or e.confirmed is distinct from o.confirmed_at
	   or e.closed is distinct from o.closed_at or e.cancelled is distinct from o.cancelled_at`

// The secret itself is computed and nowhere stored; the link it is made from
// must be there, once.
const statusLinkSQL = `
	select format('order %s has %s status links', o.number, count(k.id))
	from sales_orders o
	left join links k on k.purpose = 'status' and k.subject_type = 'order' and k.subject_id = o.id and k.generation > 0
	where o.placed_at is not null
	group by o.id
	having count(k.id) <> 1`

// Tax is due on the sum of a rate and then cut over its lines (EN 16931).
const orderTaxSQL = `
	select format('order %s: tax of rate %s is %s, due is %s', x.order_id, x.tax_rate_ppm, x.tax, x.due)
	from (
		select l.order_id, l.tax_rate_ppm, sum(l.tax_minor) as tax,
		       round(case when bool_and(l.price_includes_tax)
		                  then sum(l.total_minor)::numeric * l.tax_rate_ppm / (1000000 + l.tax_rate_ppm)
		                  else sum(l.net_minor)::numeric * l.tax_rate_ppm / 1000000 end) as due
		from sales_order_lines l
		group by l.order_id, l.tax_rate_ppm) x
	where x.tax <> x.due`

const spreadSQL = `
	select format('line %s: net %s on %s pieces as %s and %s more, %s cancelled with %s', l.id, l.net_minor, l.quantity, l.unit_net_minor, l.unit_net_extra, l.cancelled, l.cancelled_net_minor)
	from sales_order_lines l
	where l.unit_net_minor * l.quantity + l.unit_net_extra <> l.net_minor or l.unit_net_extra not between 0 and l.quantity - 1
	   or l.unit_tax_minor * l.quantity + l.unit_tax_extra <> l.tax_minor or l.unit_tax_extra not between 0 and l.quantity - 1
	   or l.cancelled_net_minor <> l.unit_net_minor * l.cancelled + least(l.cancelled, l.unit_net_extra)
	   or l.cancelled_tax_minor <> l.unit_tax_minor * l.cancelled + least(l.cancelled, l.unit_tax_extra)`

const kitsSQL = `
	select format('line %s is a part of line %s', p.id, p.parent_line_id)
	from sales_order_lines p
	left join sales_order_lines k on k.id = p.parent_line_id
	where p.kind = 'kit_part' and (k.id is null or k.kind <> 'kit' or k.order_id <> p.order_id
	   or p.quantity::bigint * k.cancelled <> p.cancelled::bigint * k.quantity)`

const cancelledSQL = `
	select format('order %s is cancelled; %s pieces are open, the total is %s', o.number, sum(l.quantity - l.cancelled), o.total_minor)
	from sales_orders o
	join sales_order_lines l on l.order_id = o.id
	where o.state = 'cancelled'
	group by o.id
	having sum(l.quantity - l.cancelled) <> 0 or o.total_minor <> 0 or o.cancel_reason = ''`

const externalRefSQL = `
	select format('channel %s has reference %s %s times', o.channel_id, o.external_ref, count(*))
	from sales_orders o
	where o.external_ref is not null
	group by o.channel_id, o.external_ref
	having count(*) > 1`
