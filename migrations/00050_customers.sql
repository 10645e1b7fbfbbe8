-- +goose Up
create sequence customers_number_seq start 1001;

create table customers (
    id                 bigint generated always as identity primary key,
    number             text    not null unique default nextval('customers_number_seq')::text,
    external_ref       text    unique check (external_ref <> ''),
    kind               text    not null check (kind in ('person', 'company')),
    name               text    not null check (name <> ''),
    email              text    check (email <> ''),
    phone              text    not null default '',
    phone_digits       text    not null default '' check (phone_digits ~ '^[0-9]*$'),
    tax_id             text    check (tax_id <> ''),
    language           text    not null default 'en',
    terms_days         integer not null default 0 check (terms_days between 0 and 3650),
    credit_limit_minor bigint  check (credit_limit_minor >= 0),
    currency           char(3),
    price_list_id      bigint  references catalog_price_lists,
    tax_exempt         boolean not null default false,
    note_public        text    not null default '',
    note_internal      text    not null default '',
    custom             jsonb   not null default '{}',
    version            bigint  not null default 1,
    created_at         timestamptz not null default now(),
    erased_at          timestamptz,
    search             text    generated always as (packhouse_fold(number || ' ' || name || ' ' || coalesce(email, '') || ' ' || coalesce(tax_id, '') || ' ' || coalesce(external_ref, '')) || ' ' || phone_digits) stored
);
-- The same person or firm is one customer: by e-mail whatever its case, and by tax id.
create unique index customers_email_key on customers (lower(email));
create unique index customers_tax_id_key on customers (tax_id);
create index customers_name_idx on customers (lower(name), id);
create index customers_search_idx on customers using gin (search gin_trgm_ops);

create table customer_contacts (
    id          bigint generated always as identity primary key,
    customer_id bigint not null references customers,
    name        text   not null check (name <> ''),
    email       text   not null default '',
    phone       text   not null default '',
    role        text   not null default ''
);
create index customer_contacts_customer_idx on customer_contacts (customer_id);

create table customer_addresses (
    id          bigint generated always as identity primary key,
    customer_id bigint  not null references customers,
    label       text    not null default '',
    address     jsonb   not null,
    country     char(2) not null,
    shipping    boolean not null default true,
    billing     boolean not null default true,
    created_at  timestamptz not null default now()
);
create index customer_addresses_customer_idx on customer_addresses (customer_id);

-- Customers who came in by a mailed link; apart from staff.
create table customer_sessions (
    token_hash  bytea  primary key check (octet_length(token_hash) = 32),
    customer_id bigint not null references customers,
    created_at  timestamptz not null default now(),
    expires_at  timestamptz not null
);
create index customer_sessions_customer_idx on customer_sessions (customer_id);
