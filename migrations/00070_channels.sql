-- +goose Up
create table channels (
    id                 bigint generated always as identity primary key,
    code               text    not null unique check (code <> ''),
    name               text    not null check (name <> ''),
    kind               text    not null check (kind in ('shop', 'staff', 'api', 'import')),
    entity_id          bigint  not null references settings_entities,
    currency           char(3) not null,
    prices_include_tax boolean not null,
    needs_review       boolean not null default true,
    shortage           text    not null default 'refuse' check (shortage in ('refuse', 'backorder')),
    soft_hold_minutes  integer not null default 0 check (soft_hold_minutes between 0 and 10080),
    buffer             integer not null default 0 check (buffer between 0 and 1000000),
    sends_mail         boolean not null default true,
    shipping_minor     bigint  not null default 0 check (shipping_minor >= 0),
    checks             jsonb   not null default '{}',
    active             boolean not null default true,
    version            bigint  not null default 1
);

create table channel_locations (
    channel_id  bigint   not null references channels,
    location_id bigint   not null references inventory_locations,
    position    smallint not null,
    primary key (channel_id, location_id)
);
