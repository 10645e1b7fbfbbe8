-- +goose Up
create table inventory_locations (
    id         bigint generated always as identity primary key,
    code       text    not null unique check (code <> ''),
    name       text    not null,
    kind       text    not null check (kind in ('warehouse', 'store', '3pl', 'vendor')),
    zone       text    not null default 'UTC',
    address    jsonb   not null default '{}',
    lead_days  integer not null default 1 check (lead_days between 0 and 365),
    cutoff     time    not null default '14:00',
    workdays   boolean[] not null default '{t,t,t,t,t,f,f}' check (array_length(workdays, 1) = 7 and true = any (workdays)),
    active     boolean not null default true,
    version    bigint  not null default 1
);

create table inventory_bins (
    id          bigint generated always as identity primary key,
    location_id bigint  not null references inventory_locations,
    code        text    not null check (code <> ''),
    kind        text    not null default 'shelf' check (kind in ('shelf', 'tote', 'dock', 'hospital')),
    walk        integer not null default 0,
    active      boolean not null default true,
    main        boolean not null default false,
    version     bigint  not null default 1,
    unique (location_id, code),
    check (active or not main)
);
-- Where things lie when nobody said where; made with the location.
create unique index inventory_bins_main_key on inventory_bins (location_id) where main;

-- How much of what lies where, in pieces. reserved is the sum of the live allocations; both are held here so that one
-- conditional update is the whole answer to "is there enough".
create table inventory_levels (
    sku_id      bigint  not null references catalog_skus,
    location_id bigint  not null references inventory_locations,
    condition   text    not null default 'sellable' check (condition in ('sellable', 'damaged', 'quarantine')),
    on_hand     integer not null default 0,
    reserved    integer not null default 0,
    safety      integer not null default 0 check (safety >= 0),
    primary key (sku_id, location_id, condition),
    constraint inventory_levels_on_hand_check check (on_hand >= 0),
    constraint inventory_levels_reserved_check check (reserved between 0 and on_hand),
    constraint inventory_levels_condition_reserved_check check (condition = 'sellable' or (reserved = 0 and safety = 0))
) with (fillfactor = 70);
create index inventory_levels_location_idx on inventory_levels (location_id);

create table inventory_bin_stock (
    bin_id    bigint  not null references inventory_bins,
    sku_id    bigint  not null references catalog_skus,
    condition text    not null default 'sellable' check (condition in ('sellable', 'damaged', 'quarantine')),
    lot       text    not null default '',
    quantity  integer not null check (quantity >= 0),
    primary key (sku_id, bin_id, condition, lot)
);
create index inventory_bin_stock_bin_idx on inventory_bin_stock (bin_id);

-- The ledger of pieces: every change of on hand, for ever.
create table inventory_movements (
    id          bigint generated always as identity primary key,
    sku_id      bigint  not null references catalog_skus,
    location_id bigint  not null references inventory_locations,
    bin_id      bigint  not null references inventory_bins,
    condition   text    not null check (condition in ('sellable', 'damaged', 'quarantine')),
    lot         text    not null default '',
    quantity    integer not null check (quantity <> 0),
    kind        text    not null check (kind in ('opening', 'receive', 'adjust', 'move', 'ship', 'return')),
    unit_cost   numeric(20,6) not null default 0 check (unit_cost >= 0),
    reason      text    not null default '',
    cause_type  text    not null,
    cause_id    bigint  not null default 0,
    pair        uuid,
    command_key uuid    not null,
    seq         integer not null,
    occurred_at timestamptz not null,
    recorded_at timestamptz not null default now(),
    actor_name  text    not null,
    constraint inventory_movements_sign_check check ((kind not in ('opening', 'receive', 'return') or quantity > 0) and (kind <> 'ship' or quantity < 0)),
    constraint inventory_movements_reason_check check (kind <> 'adjust' or reason <> ''),
    constraint inventory_movements_pair_check check ((kind = 'move') = (pair is not null)),
    constraint inventory_movements_once unique (command_key, seq)
);
create index inventory_movements_stock_idx on inventory_movements (sku_id, location_id, id);
create trigger inventory_movements_append_only before update or delete on inventory_movements for each row execute function packhouse_append_only();
create trigger inventory_movements_no_truncate before truncate on inventory_movements for each statement execute function packhouse_append_only();
