set session_replication_role = replica;
set synchronous_commit = off;
set work_mem = '64MB';
set maintenance_work_mem = '512MB';
set max_parallel_maintenance_workers = 2;
set timezone = 'UTC';
create temporary table put_off as
    select indexname, indexdef from pg_indexes
    where schemaname = 'public' and not indexdef ~ ' UNIQUE '
      and tablename in ('customers', 'sales_orders', 'sales_order_lines', 'sales_order_progress', 'sales_order_search', 'fulfilment_orders', 'events', 'customer_addresses');
do $$ declare i text; begin for i in select indexname from put_off loop execute 'drop index ' || quote_ident(i); end loop; end $$;
--;
-- The company.
insert into settings_entities (id, name, country, currency) overriding system value values (9000, 'Million', 'DE', 'EUR');
insert into tax_classes (id, code, name) overriding system value values (9000, 'full', 'Full');
insert into inventory_locations (id, code, name, kind, zone) overriding system value
values (9001, 'M-A', 'Main hall', 'warehouse', 'Europe/Berlin'), (9002, 'M-B', 'Store', 'store', 'Europe/Berlin'), (9003, 'M-FAR', 'Far away', '3pl', 'Europe/Berlin');
insert into inventory_bins (location_id, code, main) values (9001, 'MAIN', true), (9002, 'MAIN', true), (9003, 'MAIN', true);
insert into channels (id, code, name, kind, entity_id, currency, prices_include_tax) overriding system value
values (9001, 'm-shop', 'Shop', 'shop', 9000, 'EUR', true), (9002, 'm-desk', 'Desk', 'staff', 9000, 'EUR', true), (9003, 'm-market', 'Market', 'api', 9000, 'EUR', true),
       (9004, 'm-edi', 'EDI', 'api', 9000, 'EUR', true), (9005, 'm-fair', 'Fair', 'staff', 9000, 'EUR', true), (9006, 'm-rare', 'Rare', 'staff', 9000, 'EUR', true),
       (9007, 'm-none', 'None', 'staff', 9000, 'EUR', true);
insert into channel_locations (channel_id, location_id, position) select c, l, l - 9000 from generate_series(9001, 9007) c, generate_series(9001, 9003) l;
--;
-- 5,000 articles and the two to look for.
insert into catalog_products (id, name, kind, tax_class_id) overriding system value
select 100000 + g, (array['Oak', 'Pine', 'Linen', 'Steel', 'Glass', 'Wool', 'Cork', 'Brass'])[1 + g % 8] || ' ' || (array['tray', 'bowl', 'lamp', 'chair', 'napkin', 'box'])[1 + g / 8 % 6] || ' no. ' || g, 'goods', 9000
from generate_series(1, 5002) g;
insert into catalog_skus (id, product_id, code, title) overriding system value
select p.id, p.id, case p.id when 105001 then 'ZZ-ONCE' when 105002 then 'ZZ-NEVER' else 'SKU-' || lpad((p.id - 100000)::text, 5, '0') end, p.name
from catalog_products p where p.id > 100000;
insert into inventory_levels (sku_id, location_id, on_hand, reserved) select s.id, l, 1000000, 0 from catalog_skus s, generate_series(9001, 9002) l where s.id > 100000;
--;
-- h is a number that looks drawn and is always the same.
create function pg_temp.h(n bigint, salt int) returns bigint language sql immutable parallel safe
    as $$ select ((n * 2654435761 + salt * 40503) # ((n * 2654435761 + salt * 40503) >> 15)) % 1000003 * 7919 % 1000003 $$;
create temporary table surnames as
select row_number() over () - 1 as i, initcap(a || b || c) as name
from unnest(array['Mül', 'Schä', 'Ko', 'Wag', 'Łu', 'Ben', 'Ri', 'Ste', 'Jan', 'Pe', 'Hof', 'Do']) a,
     unnest(array['ler', 'fer', 'wal', 'ner', 'kas', 'der', 'cha', 'fan', 'sen', 'ters', 'mei', 'ber']) b,
     unnest(array['', 'ski', 'mann', 'ez', 'ova', 'son']) c;
create temporary table people as
select g as id, (array['Anna', 'Bernd', 'Chloé', 'David', 'Eva', 'Farid', 'Gül', 'Hans', 'Ines', 'Jörg', 'Kim', 'Lena'])[1 + pg_temp.h(g, 1) % 12] || ' ' || s.name as name,
       'p' || g || '@' || (array['mail.test', 'post.test', 'web.test', 'inbox.test', 'firm.test', 'kontor.test'])[1 + pg_temp.h(g, 2) % 6] as email,
       '49' || (array['40', '30', '89', '221', '341'])[1 + pg_temp.h(g, 3) % 5] || lpad((g * 7919 % 10000000)::text, 7, '0') as digits
from generate_series(1::bigint, greatest(current_setting('packhouse.orders')::int / 5, 100)) g
join surnames s on s.i = pg_temp.h(g, 4) % 864;
create unique index on people (id);
insert into customers (id, number, kind, name, email, phone, phone_digits, created_at) overriding system value
select 1000000 + id, 'C' || id, 'person', name, email, '+' || digits, digits, now() - interval '2 years' from people;
insert into customer_addresses (customer_id, address, country)
select 1000000 + id, jsonb_build_object('name', name, 'line1', 'Lagerstraße ' || id % 200, 'city', 'Hamburg', 'postcode', '20357', 'country', 'DE'), 'DE' from people;
--;
-- One row an order; the rest is made of it. r is its age: 0 is the newest.
create unlogged table million as
select g as i, n - g as r, 1000000 + g as id, (1000000 + g)::text as number,
       case when r.v < least(n / 4, 6000) then (array['review', 'review', 'review', 'work', 'work', 'work', 'work', 'waiting', 'waiting', 'shipped'])[1 + g % 10]
            when g % 33 = 0 then 'cancelled' when g % 500 = 1 then 'shipped' when g % 5000 = 2 then 'waiting' else 'closed' end as bucket,
       case when g <= 20 or g % 50000 = 0 then 9006 when g % 1000 = 7 then 9005 when g % 100 = 9 then 9004 when g % 7 = 3 then 9003 when g % 4 = 1 then 9002 else 9001 end as channel,
       p.id as person, p.email, p.digits,
       case when g % 100000 = 1 or g = n / 2 then 'Xiomara Quetzalcoatl' else p.name end as name,
       case when g < n / 3 and g % 10 = 4 then 'Altbestand Handel' else '' end as company,
       now() - r.v * (interval '730 days' / n) as placed,
       case g % 3 when 0 then 'PO-' || g * 31 % 1000000 when 1 then '' else '45-' || lpad((g * 17 % 100000)::text, 5, '0') || '-' || g % 89 end as po,
       case when g % 7 = 3 then 'MK' || upper(to_hex(g * 7919)) else '' end as ref,
       1 + pg_temp.h(g, 6) % 5 as lines, 500 + pg_temp.h(g, 7) % 30000 as each, g % 50 = 5 and r.v < 20000 as held
from (select current_setting('packhouse.orders')::int as n) x
cross join generate_series(1::bigint, n) g
cross join lateral (select n - g as v) r
join people p on p.id = case when pg_temp.h(g, 5) % 10 = 0 then 1 + pg_temp.h(g, 8) % 50 else 1 + pg_temp.h(g, 5) % (greatest(n / 5, 100)) end
order by g;
create temporary table states as select * from (values ('review', 'placed'), ('work', 'confirmed'), ('waiting', 'confirmed'), ('shipped', 'confirmed'), ('closed', 'closed'), ('cancelled', 'cancelled')) s (bucket, state);
analyze million;
--;
insert into sales_orders (id, number, state, channel_id, entity_id, customer_id, external_ref, currency, prices_include_tax, contact_name, email, phone, ship_to, po_number,
    goods_minor, net_minor, total_minor, placed_at, confirmed_at, closed_at, cancelled_at, cancel_reason, created_at, changed_at)
select m.id, m.number, s.state, m.channel, 9000, 1000000 + m.person, nullif(m.ref, ''), 'EUR', true, m.name, m.email, '+' || m.digits,
       jsonb_build_object('name', m.name, 'company', m.company, 'line1', 'Lagerstraße ' || m.person % 200, 'city', 'Hamburg', 'postcode', '20357', 'country', 'DE'), m.po,
       m.lines * m.each, m.lines * m.each, m.lines * m.each, m.placed, case when s.state in ('confirmed', 'closed') then m.placed + interval '1 hour' end,
       case when s.state = 'closed' then m.placed + interval '3 days' end, case when s.state = 'cancelled' then m.placed + interval '1 day' end,
       case when s.state = 'cancelled' then 'customer' else '' end, m.placed, m.placed
from million m join states s using (bucket) order by m.i;
--;
insert into sales_order_lines (id, order_id, position, kind, sku_id, sku_code, name, tax_class, tax_rate_ppm, quantity, unit_price, price_includes_tax, price_source,
    net_minor, tax_minor, total_minor, unit_net_minor, unit_net_extra, unit_tax_minor, unit_tax_extra)
select 10000000 + m.i * 10 + k, m.id, k, 'goods', s.sku, case s.sku when 105001 then 'ZZ-ONCE' else 'SKU-' || lpad((s.sku - 100000)::text, 5, '0') end, 'Article', 'full', 0, 1,
       m.each / 100.0, true, 'list', m.each, 0, m.each, m.each, 0, 0, 0
from million m
cross join lateral generate_series(1, m.lines) k
cross join lateral (select case when m.i = 1 and k = 1 then 105001 else 100001 + floor(5000 * power(pg_temp.h(m.i * 5 + k, 9) / 1000003.0, 3))::int end as sku) s
order by m.i, k;
--;
insert into sales_order_progress (order_id, number, bucket, state, channel_id, customer_id, customer_name, placed_at, promised_day, line_count, ordered, reserved, shipped, holds,
    total_minor, currency, sentence, args)
select m.id, m.number, m.bucket, s.state, m.channel, 1000000 + m.person, case when m.company <> '' then m.company else m.name end, m.placed,
       case when m.bucket in ('work', 'shipped', 'closed') or m.bucket = 'waiting' and m.i % 2 = 0 then (m.placed + interval '1 day' * (1 + m.i % 5))::date else 'infinity' end,
       m.lines, m.lines, case m.bucket when 'work' then m.lines else 0 end, case when m.bucket in ('shipped', 'closed') then m.lines else 0 end, m.held::int, m.lines * m.each, 'EUR',
       case m.bucket when 'review' then 'why.ready_to_confirm' when 'work' then 'why.to_pick' when 'waiting' then 'why.all_waits' when 'cancelled' then 'why.cancelled' else 'why.closed' end,
       case m.bucket when 'work' then jsonb_build_object('pieces', m.lines, 'location', 'Main hall') when 'waiting' then jsonb_build_object('missing', m.lines)
                     when 'cancelled' then jsonb_build_object('reason', 'customer') else '{}' end
from million m join states s using (bucket) order by m.i;
--;
insert into sales_order_search (order_id, words)
select m.id, packhouse_fold(concat_ws(' ', '', m.number, m.name, m.name, m.company, '', m.email, m.digits, m.po, m.ref)) from million m order by m.i;
--;
insert into sales_holds (order_id, type, reason, blocks, placed_at, placed_by)
select m.id, 'address', 'no such street', array['confirm'], m.placed, 'Million' from million m where m.held;
insert into fulfilment_orders (id, order_id, location_id, kind, state, pieces, due_day, created_at, closed_at)
select 1000000 + m.i, m.id, case when m.i % 100 = 43 then 9003 when m.i % 3 = 0 then 9002 else 9001 end, 'ship', case m.bucket when 'work' then 'open' else 'closed' end, m.lines,
       (m.placed + interval '2 days')::date, m.placed, case m.bucket when 'work' then null else m.placed + interval '2 days' end
from million m where m.bucket in ('work', 'shipped', 'closed') order by m.i;
insert into inventory_allocations (order_id, line_id, sku_id, location_id, quantity, state, created_at)
select l.order_id, l.id, l.sku_id, 9001, l.quantity, 'firm', m.placed from million m join sales_order_lines l on l.order_id = m.id where m.bucket = 'work';
insert into events (occurred_at, recorded_at, actor_kind, actor_name, command_key, kind, subject_type, subject_id, order_id, public, data)
select m.placed, m.placed, 'staff', 'Million', gen_random_uuid(), 'order.placed', 'order', m.id, m.id, true, '{}' from million m order by m.i;
drop table million;
--;
select setval(pg_get_serial_sequence('sales_orders', 'id'), (select max(id) from sales_orders)), setval(pg_get_serial_sequence('sales_order_lines', 'id'), (select max(id) from sales_order_lines)),
       setval('sales_order_number_seq', 1000000 + current_setting('packhouse.orders')::int), setval(pg_get_serial_sequence('fulfilment_orders', 'id'), 3000000),
       setval(pg_get_serial_sequence('customers', 'id'), 3000000), setval(pg_get_serial_sequence('catalog_products', 'id'), 200000), setval(pg_get_serial_sequence('catalog_skus', 'id'), 200000),
       setval(pg_get_serial_sequence('channels', 'id'), 10000), setval(pg_get_serial_sequence('inventory_locations', 'id'), 10000);
do $$ declare d text; begin for d in select indexdef from put_off loop execute d; end loop; end $$;
drop table put_off;
--;
vacuum analyze
