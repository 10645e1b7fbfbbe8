package check

// people are the invariants of staff, sessions and the audit trail.
var people = []Invariant{{"A01", deadSessionSQL}, {"A02", longSessionSQL}, {"A03", staffSQL}, {"A04", unrecordedSQL}, {"A05", guardsSQL}, {"A06", customerOnceSQL}}

const deadSessionSQL = `
	select format('session %s of user %s', s.id, s.user_id)
	from access_sessions s
	left join access_users u on u.id = s.user_id
	where s.user_id is not null and s.expires_at > now() and (u.id is null or u.disabled_at is not null)`

// The edge ends a session after half a day at most; a row that claims more was
// not written by it. The hour is for two clocks that differ.
const longSessionSQL = `
	select format('session %s lives until %s', s.id, s.expires_at)
	from access_sessions s
	where s.expires_at > s.created_at + interval '13 hours'`

// A house without staff is a new one.
const staffSQL = `
	select format('%s people of staff have one e-mail address, %s', count(*), lower(u.email))
	from access_users u
	group by lower(u.email)
	having count(*) > 1
	union all
	select format('user %s has the unknown role %s', u.id, u.role)
	from access_users u
	where u.role not in ('sales', 'warehouse', 'manager', 'admin')
	union all
	select 'no active admin'
	where exists (select 1 from access_users u where u.password_hash is not null)
	  and not exists (select 1 from access_users u where u.role = 'admin' and u.disabled_at is null and u.password_hash is not null)`

// Every change of an order raises its version and leaves an event.
const unrecordedSQL = `
	select format('order %s was changed %s times and has %s events', o.number, o.version, count(e.id))
	from sales_orders o
	left join events e on e.order_id = o.id and e.subject_type = 'order' and e.kind <> 'order.noted'
	where o.placed_at is not null
	group by o.id
	having count(e.id) < o.version`

const guardsSQL = `
	select format('%s can be changed: its guard %s is missing or off', g.tab, g.guard)
	from (values ('events', 'events_append_only'), ('events', 'events_no_truncate'), ('inventory_movements', 'inventory_movements_append_only'),
	             ('inventory_movements', 'inventory_movements_no_truncate'), ('sales_promises', 'sales_promises_append_only'),
	             ('access_users', 'access_users_no_delete'), ('access_users', 'access_users_keep_admin'),
	             ('sales_orders', 'sales_orders_move'), ('fulfilment_orders', 'fulfilment_orders_move')) as g (tab, guard)
	where not exists (
		select 1 from pg_trigger t where t.tgrelid = g.tab::regclass and t.tgname = g.guard and t.tgenabled in ('O', 'A'))`

const customerOnceSQL = `
	select format('%s customers have one e-mail address or tax number', count(*))
	from customers c
	where c.email is not null
	group by lower(c.email)
	having count(*) > 1
	union all
	select format('%s customers have tax number %s', count(*), c.tax_id)
	from customers c
	where c.tax_id is not null
	group by c.tax_id
	having count(*) > 1`
