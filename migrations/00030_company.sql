-- +goose Up
-- Legal entities of the one company: each with its own address, tax id and, later, number series.
create table settings_entities (
    id         bigint generated always as identity primary key,
    name       text   not null check (name <> ''),
    address    jsonb  not null default '{}',
    country    char(2) not null,
    tax_id     text   not null default '',
    currency   char(3) not null,
    version    bigint not null default 1
);

-- What the company sets for itself; a key that is absent has its default.
create table settings_values (
    key        text   primary key,
    value      jsonb  not null,
    version    bigint not null default 1,
    changed_at timestamptz not null default now()
);

-- Pictures and documents.
create table files (
    id           bigint generated always as identity primary key,
    name         text   not null check (name <> ''),
    content_type text   not null,
    size         integer not null check (size between 1 and 10485760),
    sha256       bytea  not null check (octet_length(sha256) = 32),
    content      bytea  not null,
    created_at   timestamptz not null default now(),
    check (octet_length(content) = size)
);

-- Secret links: the secret itself is computed and never stored.
create table links (
    id           bigint generated always as identity primary key,
    purpose      text   not null,
    subject_type text   not null,
    subject_id   bigint not null,
    generation   integer not null default 1 check (generation > 0),
    expires_at   timestamptz not null,
    revoked_at   timestamptz,
    used_at      timestamptz,
    once         boolean not null default false,
    created_at   timestamptz not null default now(),
    check (used_at is null or once)
);
create unique index links_lasting_key on links (purpose, subject_type, subject_id) where not once;

create table tax_classes (
    id   bigint generated always as identity primary key,
    code text not null unique check (code <> ''),
    name text not null
);

create table tax_rates (
    id         bigint generated always as identity primary key,
    class_id   bigint  not null references tax_classes,
    country    char(2) not null,
    region     text,
    rate_ppm   integer not null check (rate_ppm between 0 and 1000000),
    valid_from date    not null default '2000-01-01',
    valid_to   date,
    check (valid_to is null or valid_to > valid_from)
);
create unique index tax_rates_key on tax_rates (class_id, country, coalesce(region, ''), valid_from);
