-- +goose Up
create table catalog_products (
    id              bigint generated always as identity primary key,
    name            text   not null check (name <> ''),
    description     text   not null default '',
    kind            text   not null check (kind in ('goods', 'service', 'kit')),
    tax_class_id    bigint not null references tax_classes,
    handling_class  text   not null default '',
    picture_file_id bigint references files,
    attributes      jsonb  not null default '{}',
    custom          jsonb  not null default '{}',
    version         bigint not null default 1,
    created_at      timestamptz not null default now()
);

-- What can be ordered and counted: one variant of a product. Quantities are in stock units (pieces);
-- one sold unit is unit_ratio pieces, and orders come in multiples of pack_size pieces.
create table catalog_skus (
    id           bigint generated always as identity primary key,
    product_id   bigint  not null references catalog_products,
    code         text    not null check (code <> '' and length(code) <= 64),
    title        text    not null check (title <> ''),
    variant      text    not null default '',
    attributes   jsonb   not null default '{}',
    weight_g     integer check (weight_g between 0 and 100000000),
    length_mm    integer check (length_mm between 0 and 1000000),
    width_mm     integer check (width_mm between 0 and 1000000),
    height_mm    integer check (height_mm between 0 and 1000000),
    sold_unit    text    not null default 'piece',
    unit_ratio   integer not null default 1 check (unit_ratio between 1 and 1000000),
    pack_size    integer not null default 1 check (pack_size between 1 and 1000000),
    min_quantity integer not null default 1 check (min_quantity between 1 and 1000000),
    cost         numeric(20,6) check (cost >= 0),
    withdrawn_at timestamptz,
    shop_visible boolean not null default true,
    version      bigint  not null default 1,
    created_at   timestamptz not null default now(),
    search       text    generated always as (packhouse_fold(code || ' ' || title)) stored
);
-- Two articles never differ in the case of a letter alone.
create unique index catalog_skus_code_key on catalog_skus (lower(code));
create index catalog_skus_product_idx on catalog_skus (product_id);
create index catalog_skus_search_idx on catalog_skus using gin (search gin_trgm_ops);

create table catalog_barcodes (
    code   text   primary key check (code <> ''),
    sku_id bigint not null references catalog_skus
);
create index catalog_barcodes_sku_idx on catalog_barcodes (sku_id);

create table catalog_kit_parts (
    kit_sku_id  bigint  not null references catalog_skus,
    part_sku_id bigint  not null references catalog_skus,
    quantity    integer not null check (quantity between 1 and 10000),
    primary key (kit_sku_id, part_sku_id),
    check (kit_sku_id <> part_sku_id)
);
create index catalog_kit_parts_part_idx on catalog_kit_parts (part_sku_id);

create table catalog_substitutes (
    sku_id            bigint   not null references catalog_skus,
    substitute_sku_id bigint   not null references catalog_skus,
    position          smallint not null,
    primary key (sku_id, substitute_sku_id),
    check (sku_id <> substitute_sku_id)
);

-- A list of prices; the base list of a currency serves whoever has no list of their own.
create table catalog_price_lists (
    id           bigint generated always as identity primary key,
    code         text    not null unique check (code <> ''),
    name         text    not null,
    currency     char(3) not null,
    includes_tax boolean not null,
    base         boolean not null default false,
    version      bigint  not null default 1
);
create unique index catalog_price_lists_base_key on catalog_price_lists (currency, includes_tax) where base;

create table catalog_prices (
    id            bigint generated always as identity primary key,
    price_list_id bigint  not null references catalog_price_lists,
    sku_id        bigint  not null references catalog_skus,
    min_quantity  integer not null default 1 check (min_quantity >= 1),
    price         numeric(20,6) not null check (price >= 0),
    valid_from    date    not null default '2000-01-01',
    valid_to      date,
    check (valid_to is null or valid_to > valid_from)
);
create unique index catalog_prices_key on catalog_prices (sku_id, price_list_id, min_quantity, valid_from);
