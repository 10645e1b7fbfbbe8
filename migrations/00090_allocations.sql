-- +goose Up
-- Which supply serves which line. A soft one belongs to an order not yet confirmed and ends by itself at expires_at:
-- whoever reads compares with now, whoever reserves sweeps first.
create table inventory_allocations (
    id          bigint generated always as identity primary key,
    order_id    bigint  not null references sales_orders,
    line_id     bigint  not null references sales_order_lines,
    sku_id      bigint  not null references catalog_skus,
    kind        text    not null default 'on_hand' check (kind in ('on_hand', 'supply', 'dropship')),
    location_id bigint  references inventory_locations,
    supply_id   bigint,
    lot         text,
    quantity    integer not null check (quantity > 0),
    state       text    not null check (state in ('soft', 'firm', 'consumed', 'released')),
    expires_at  timestamptz,
    created_at  timestamptz not null default now(),
    constraint inventory_allocations_place_check check ((kind = 'on_hand') = (location_id is not null) and (kind = 'supply') = (supply_id is not null)),
    constraint inventory_allocations_expiry_check check ((state = 'soft') <= (expires_at is not null) and (state in ('firm', 'consumed')) <= (expires_at is null))
) with (fillfactor = 80);
create index inventory_allocations_order_idx on inventory_allocations (order_id);
create index inventory_allocations_soft_idx on inventory_allocations (sku_id, location_id, expires_at) where state = 'soft';
create index inventory_allocations_live_idx on inventory_allocations (sku_id, location_id) where state in ('soft', 'firm');
