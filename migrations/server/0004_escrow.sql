-- Forgotten passwords: what opens a desk's escrow slot is here alone, and is released once to whoever proved who they are.

-- Each desk's secret; two while a new one is on its way into the desk's key file.
create table escrow (
    organisation uuid        not null,
    device       uuid        not null,
    id           uuid        not null,
    secret       bytea       not null,
    at           timestamptz not null,
    primary key (organisation, device, id),
    foreign key (organisation, device) references device
);

-- Links to the email of who asked, each by its hash; the person is null where nobody has the address, so that it is treated alike.
create table release_link (
    organisation uuid        not null,
    link         text        not null,
    device       uuid        not null,
    sign_in      text        not null,
    user_id      uuid,
    asked_at     timestamptz not null,
    expires_at   timestamptz not null,
    used_at      timestamptz,
    primary key (organisation, link),
    foreign key (organisation, device) references device
);
create index release_link_by_name on release_link (organisation, sign_in, asked_at);

-- What happened, for good: secrets kept, links asked for, brought, refused, released. Limits are counted here.
create table escrow_event (
    organisation uuid        not null,
    device       uuid        not null,
    n            bigint      generated always as identity,
    at           timestamptz not null,
    what         text        not null,
    user_id      uuid,
    primary key (organisation, device, n)
);
create index escrow_event_by_time on escrow_event (organisation, device, what, at);

do $$
declare name text;
begin
    foreach name in array array['escrow', 'release_link', 'escrow_event'] loop
        execute format('alter table %I enable row level security', name);
        execute format('alter table %I force row level security', name);
        execute format('create policy own on %I using (organisation = nullif(current_setting(''farthing.organisation'', true), '''')::uuid)', name);
    end loop;
end $$;
