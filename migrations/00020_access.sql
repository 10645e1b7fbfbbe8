-- +goose Up
-- Staff. Nobody is ever deleted, for their name stands on what they did; they are disabled.
create table access_users (
    id                bigint generated always as identity primary key,
    email             text        not null check (email like '%_@_%' and length(email) <= 254),
    name              text        not null check (name <> '' and length(name) <= 120),
    role              text        not null check (role in ('sales', 'warehouse', 'manager', 'admin')),
    lang              text        not null default '' check (lang in ('', 'en', 'de')),
    password_hash     text        check (password_hash like '$argon2id$%'),
    -- Raised with every change of password or second factor: sessions of an older generation are dead.
    generation        integer     not null default 1,
    totp_sealed       bytea,
    totp_confirmed_at timestamptz,
    -- The last step of 30 seconds whose code was taken: a code works once.
    totp_last_step    bigint      not null default 0,
    disabled_at       timestamptz,
    signed_in_at      timestamptz,
    created_at        timestamptz not null default now(),
    version           bigint      not null default 1,
    constraint access_users_totp_check check ((totp_sealed is null) = (totp_confirmed_at is null))
);
create unique index access_users_email_key on access_users (lower(email));

create table access_recovery_codes (
    user_id   bigint not null references access_users,
    code_hash bytea  not null check (octet_length(code_hash) = 32),
    used_at   timestamptz,
    primary key (user_id, code_hash)
);

-- Sessions of staff, and of visitors half way through signing in. token_hash opens nothing: the browser holds the token.
create table access_sessions (
    id         bigint generated always as identity primary key,
    token_hash text        not null unique,
    user_id    bigint      references access_users,
    generation integer     not null default 0,
    data       bytea       not null,
    created_at timestamptz not null default now(),
    seen_at    timestamptz not null default now(),
    proved_at  timestamptz,
    expires_at timestamptz not null,
    address    text        not null default '',
    agent      text        not null default ''
);
create index access_sessions_user_idx on access_sessions (user_id) where user_id is not null;
create index access_sessions_expires_idx on access_sessions (expires_at);

-- Counted tries: of sign-in by account and by address, of public forms by address.
create table access_rate_windows (
    bucket    text        not null,
    starts_at timestamptz not null,
    ends_at   timestamptz not null,
    taken     integer     not null check (taken > 0),
    primary key (bucket, starts_at)
);
create index access_rate_windows_ends_idx on access_rate_windows (ends_at);

-- One row: what the company asks of its staff.
create table access_policy (
    one                boolean primary key default true check (one),
    require_totp_roles text[]  not null default '{}' check (require_totp_roles <@ array['sales', 'warehouse', 'manager', 'admin']),
    version            bigint  not null default 1
);
insert into access_policy default values;

-- There is always somebody who can let others in. The policy's row is locked first, so that of two admins who remove each
-- other at once the second waits and is refused.
-- +goose StatementBegin
create function access_keep_admin() returns trigger language plpgsql as $$
begin
    perform 1 from access_policy for update;
    if not exists (select 1 from access_users where role = 'admin' and disabled_at is null and password_hash is not null) then
        raise exception 'the last active admin' using errcode = 'check_violation', constraint = 'access_last_admin';
    end if;
    return null;
end $$;
-- +goose StatementEnd
create trigger access_users_keep_admin after update of role, disabled_at, password_hash on access_users
    for each row when (old.role = 'admin' and old.disabled_at is null and old.password_hash is not null
        and (new.role <> 'admin' or new.disabled_at is not null or new.password_hash is null))
    execute function access_keep_admin();
create trigger access_users_no_delete before delete on access_users for each row execute function packhouse_append_only();
