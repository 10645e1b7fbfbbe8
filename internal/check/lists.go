package check

// lists are the invariants of what was derived from orders to be shown and
// found.
var lists = []Invariant{{"G01", progressThereSQL}, {"G02", progressOrderSQL}, {"G03", progressCountsSQL}, {"G04", sentenceSQL}, {"G05", searchWordsSQL}}

const progressThereSQL = `
	select format('order %s is in no list or not found by search', o.number)
	from sales_orders o
	left join sales_order_progress p on p.order_id = o.id
	left join sales_order_search s on s.order_id = o.id
	where o.placed_at is not null and (p.order_id is null or s.order_id is null)`

const progressOrderSQL = `
	select format('order %s: the list says %s, %s, total %s', o.number, p.number, p.state, p.total_minor)
	from sales_order_progress p
	join sales_orders o on o.id = p.order_id
	where p.number <> o.number or p.state <> o.state or p.channel_id <> o.channel_id or p.customer_id is distinct from o.customer_id
	   or p.placed_at is distinct from o.placed_at or p.total_minor <> o.total_minor or p.currency <> o.currency`

// What a placed order holds for a while ends by the clock, without anybody
// rewriting its row; so reserved is compared once it is confirmed.
const progressCountsSQL = `
	select format('order %s: the list says %s with %s lines, %s ordered, %s reserved, %s holds, promised %s; the truth is %s with %s, %s, %s, %s, %s',
	              t.number, p.bucket, p.line_count, p.ordered, p.reserved, p.holds, p.promised_day, t.bucket, t.lines, t.wanted, t.reserved, t.holds, t.promised)
	from sales_order_progress p
	join (
		select x.id, x.number, x.state, x.lines, x.wanted, x.reserved, x.holds, x.promised,
		       case x.state
		           when 'draft' then 'draft' when 'placed' then 'review' when 'closed' then 'closed' when 'cancelled' then 'cancelled'
		           else case when x.holds > 0 or x.reserved < x.wanted then 'waiting' else 'work' end
		       end as bucket
		from (
			select o.id, o.number, o.state, coalesce(l.lines, 0) as lines, coalesce(l.wanted, 0) as wanted, coalesce(a.reserved, 0) as reserved,
			       coalesce(h.holds, 0) as holds, coalesce(r.promised, 'infinity') as promised
			from sales_orders o
			left join (
				select order_id, count(*) filter (where kind not in ('kit_part', 'shipping')) as lines,
				       sum(quantity - cancelled) filter (where kind in ('goods', 'kit_part')) as wanted
				from sales_order_lines
				group by order_id) l on l.order_id = o.id
			left join (
				select order_id, sum(quantity) as reserved
				from inventory_allocations
				where kind = 'on_hand' and state in ('soft', 'firm')
				group by order_id) a on a.order_id = o.id
			left join (
				select order_id, count(*) as holds from sales_holds where lifted_at is null group by order_id) h on h.order_id = o.id
			left join (
				select q.order_id, max(q.promised_day) as promised
				from sales_promises q
				join sales_order_lines l on l.id = q.line_id and l.quantity > l.cancelled
				group by q.order_id) r on r.order_id = o.id) x) t on t.id = p.order_id
	where p.bucket <> t.bucket or p.line_count <> t.lines or p.ordered <> t.wanted or p.holds <> t.holds or p.promised_day <> t.promised
	   or (t.state <> 'placed' and p.reserved <> t.reserved)`

// The sentence follows from the counts, which G03 compares with the truth. A
// placed order's comes from its checks, as they stood at its last change.
const sentenceSQL = `
	select format('order %s: the list says %s where %s is true', x.number, x.sentence, x.want)
	from (
		select p.number, p.state, p.sentence,
		       case
		           when p.state = 'cancelled' then 'why.cancelled'
		           when p.state = 'closed' then 'why.closed'
		           when p.holds > 0 then 'why.held'
		           when p.ordered = 0 then 'why.service_only'
		           when p.reserved + p.shipped >= p.ordered then 'why.to_pick'
		           when p.reserved > 0 then 'why.part_waits'
		           else 'why.all_waits'
		       end as want
		from sales_order_progress p
		where p.state in ('confirmed', 'closed', 'cancelled')) x
	where x.sentence <> x.want`

const searchWordsSQL = `
	select format('order %s is not found by its number or its e-mail address', o.number)
	from sales_order_search s
	join sales_orders o on o.id = s.order_id
	where strpos(s.words, packhouse_fold(o.number)) = 0 or strpos(s.words, packhouse_fold(o.email)) = 0`
