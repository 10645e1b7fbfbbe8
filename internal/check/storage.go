package check

// storage are the invariants of the database itself.
var storage = []Invariant{{"D01", orphansSQL}, {"D02", notValidSQL}, {"D03", sequencesSQL}, {"D04", futureSQL}, {"D05", versionsSQL}}

// References without a foreign key.
const orphansSQL = `
	select format('event %s of order %s', e.id, e.order_id)
	from events e
	where e.order_id is not null and not exists (select 1 from sales_orders o where o.id = e.order_id)
	union all
	select format('mail %s of order %s', m.id, m.order_id)
	from notify_mails m
	where m.order_id is not null and not exists (select 1 from sales_orders o where o.id = m.order_id)
	union all
	select format('link %s of order %s', k.id, k.subject_id)
	from links k
	where k.subject_type = 'order' and not exists (select 1 from sales_orders o where o.id = k.subject_id)
	union all
	select format('work %s of SKU %s', w.fulfilment_id, w.sku_id)
	from fulfilment_lines w
	where not exists (select 1 from catalog_skus s where s.id = w.sku_id)
	union all
	select format('draft %s of user %s', d.key, d.user_id)
	from sales_drafts d
	where not exists (select 1 from access_users u where u.id = d.user_id)
	union all
	select format('view %s of user %s', v.id, v.user_id)
	from sales_saved_views v
	where not exists (select 1 from access_users u where u.id = v.user_id)
	union all
	select format('hold %s of user %s', h.id, h.owner_id)
	from sales_holds h
	where h.owner_id is not null and not exists (select 1 from access_users u where u.id = h.owner_id)`

const notValidSQL = `
	select format('constraint %s of %s was never validated', c.conname, c.conrelid::regclass)
	from pg_constraint c
	join pg_namespace n on n.oid = c.connamespace and n.nspname = current_schema()
	where not c.convalidated
	union all
	select format('index %s is not valid', i.indexrelid::regclass)
	from pg_index i
	join pg_class c on c.oid = i.indexrelid
	join pg_namespace n on n.oid = c.relnamespace and n.nspname = current_schema()
	where not i.indisvalid`

const sequencesSQL = `
	select format('sequence %s is at %s of %s', s.sequencename, s.last_value, s.max_value)
	from pg_sequences s
	where s.schemaname = current_schema() and not s.cycle and s.last_value > 0.8 * s.max_value`

const futureSQL = `
	select format('event %s happened %s', e.id, greatest(e.occurred_at, e.recorded_at))
	from events e
	where greatest(e.occurred_at, e.recorded_at) > now() + interval '1 minute'
	union all
	select format('movement %s happened %s', m.id, greatest(m.occurred_at, m.recorded_at))
	from inventory_movements m
	where greatest(m.occurred_at, m.recorded_at) > now() + interval '1 minute'
	union all
	select format('order %s was placed, confirmed, cancelled or changed %s', o.number, greatest(o.placed_at, o.confirmed_at, o.closed_at, o.cancelled_at, o.changed_at))
	from sales_orders o
	where greatest(o.placed_at, o.confirmed_at, o.closed_at, o.cancelled_at, o.changed_at) > now() + interval '1 minute'
	union all
	select format('promise %s was made %s', p.id, p.recorded_at)
	from sales_promises p
	where p.recorded_at > now() + interval '1 minute'`

// An order that was confirmed or cancelled before it was placed has been
// written by hand.
const versionsSQL = `
	select format('order %s: placed %s, confirmed %s, cancelled %s, version %s', o.number, o.placed_at, o.confirmed_at, o.cancelled_at, o.version)
	from sales_orders o
	where o.confirmed_at < o.placed_at or o.cancelled_at < coalesce(o.confirmed_at, o.placed_at) or o.version < 1
	   or (o.confirmed_at is not null and o.version < 2)`
