-- +goose Up
create extension if not exists pg_trgm;
create extension if not exists unaccent;

-- What search compares: lower case, no accents, compatible forms made one.
-- unaccent is only STABLE because its dictionary could be changed; ours is named, so the result may stand in an index.
-- +goose StatementBegin
create function packhouse_fold(t text) returns text
    language sql immutable strict parallel safe
    as $$ select lower(public.unaccent('public.unaccent'::regdictionary, normalize(t, nfkc))) $$;
-- +goose StatementEnd

-- Rows that may never change: refuses UPDATE, DELETE and TRUNCATE.
-- +goose StatementBegin
create function packhouse_append_only() returns trigger language plpgsql as $$
begin
    raise exception 'rows of % are never changed or deleted', tg_table_name using errcode = 'restrict_violation', constraint = tg_table_name || '_append_only';
end $$;
-- +goose StatementEnd

-- One row for each command done: the same key again gets the first outcome.
create table commands (
    scope        text        not null,
    key          uuid        not null,
    request_hash bytea       not null check (octet_length(request_hash) = 32),
    outcome      jsonb,
    done_at      timestamptz not null default now(),
    primary key (key, scope)
);

-- The audit trail and every timeline. No foreign keys: an event outlives what it is about.
create table events (
    id           bigint generated always as identity primary key,
    occurred_at  timestamptz not null,
    recorded_at  timestamptz not null default now(),
    actor_kind   text        not null check (actor_kind in ('staff', 'customer', 'visitor', 'system', 'import')),
    actor_id     bigint,
    actor_name   text        not null,
    command_key  uuid        not null,
    kind         text        not null,
    subject_type text        not null,
    subject_id   bigint      not null,
    order_id     bigint,
    public       boolean     not null,
    data         jsonb       not null
);
create index events_order_idx on events (order_id, id) where order_id is not null;
create index events_subject_idx on events (subject_type, subject_id, id) where order_id is null;
create trigger events_append_only before update or delete on events for each row execute function packhouse_append_only();
create trigger events_no_truncate before truncate on events for each statement execute function packhouse_append_only();
