-- The central server. Forward-only: a change comes as a new file, never as an edit of this one.
-- Every key starts with the organisation, so that the schema shards by it; row-level security is the second lock: a
-- transaction sees the rows of the organisation in the setting farthing.organisation and no others.
-- Amounts stand in payloads, which are JSON text as the desk or the office wrote it, since hashes cover those bytes.

-- Who is served; no more than that, so that jobs find everyone. An organisation exists once its founding desk's history is here to the end.
create table organisation (
    organisation uuid        primary key,
    -- How much of the founding history is here, and the hash of its last fact.
    founding_seq bigint      not null default 0,
    founding_head bytea      not null default '\x0000000000000000000000000000000000000000000000000000000000000000',
    founded_at   timestamptz,
    branch       text        not null default '',
    created_at   timestamptz not null default now()
);

-- Machines that may speak. Forever, so that what one once signed can be checked.
create table device (
    organisation uuid        not null references organisation,
    device       uuid        not null,
    public_key   bytea       not null,
    -- The prefix of its numbers, the epoch's letter apart.
    desk         text        not null,
    epoch        bigint      not null,
    -- The place and hash of the last command that is kept, at first of the last one before the enrolment.
    dev_seq      bigint      not null,
    head         bytea       not null,
    enrolled_at  timestamptz not null default now(),
    approved_by  uuid,
    seen_at      timestamptz,
    revoked_at   timestamptz,
    -- Why nothing more is taken of it: its book was copied or restored.
    incident     text,
    primary key (organisation, device),
    unique (organisation, desk, epoch)
);

-- What people asked for, in each desk's order, as signed there.
create table command (
    organisation uuid        not null,
    device       uuid        not null,
    epoch        bigint      not null,
    dev_seq      bigint      not null,
    op_id        uuid        not null,
    hlc          bigint      not null,
    version      bigint      not null,
    payload      text        not null,
    -- The circumstances as the desk wrote them, and as the decision saw them.
    context      text        not null,
    decided_in   text        not null,
    hash         bytea       not null,
    -- Why nothing, or something else than was asked for, follows: JSON.
    refusal      text,
    received_at  timestamptz not null,
    primary key (organisation, device, epoch, dev_seq),
    unique (organisation, op_id),
    foreign key (organisation, device) references device
);

-- The signatures under the heads of what was pushed: evidence.
create table signature (
    organisation uuid   not null,
    device       uuid   not null,
    epoch        bigint not null,
    dev_seq      bigint not null,
    head         bytea  not null,
    signature    bytea  not null,
    primary key (organisation, device, epoch, dev_seq)
);

-- What was decided, each fact once.
create sequence fact_ordinal;
create table fact (
    organisation uuid    not null,
    fact_id      uuid    not null,
    -- A fact that follows from another has a greater one.
    ordinal      bigint  not null default nextval('fact_ordinal'),
    op_id        uuid    not null,
    version      bigint  not null,
    -- Milliseconds since 1970.
    at           bigint  not null,
    booking_date date    not null,
    actor        uuid,
    desk         text    not null,
    payload      text    not null,
    -- The customer whom it registers, whose key goes along with it.
    registers    uuid,
    primary key (organisation, fact_id)
);
create index fact_by_operation on fact (organisation, op_id);

-- The aggregates as folded from the facts. A decision locks those that it reads, in key order.
create table aggregate (
    organisation uuid   not null,
    key          text   not null collate "C",
    version      bigint not null,
    state        text   not null,
    primary key (organisation, key)
);

-- Who may see which fact: gap-free numbers for each scope, chained by hash. The heads are taken last in a transaction, in
-- order, so that a number is seen only together with all before it.
create table scope_head (
    organisation uuid   not null,
    scope        text   not null collate "C",
    seq          bigint not null,
    hash         bytea  not null,
    primary key (organisation, scope)
);
create table scope_entry (
    organisation uuid   not null,
    scope        text   not null collate "C",
    seq          bigint not null,
    fact_id      uuid   not null,
    prev_hash    bytea  not null,
    hash         bytea  not null,
    primary key (organisation, scope, seq),
    foreign key (organisation, fact_id) references fact
);

-- The keys under which personal fields are encrypted. Erasing a person destroys theirs.
create table customer_key (
    organisation uuid  not null,
    customer     uuid  not null,
    key          bytea not null,
    primary key (organisation, customer)
);

-- What is not as it should be and takes an administrator: a place or an operation that two commands claim.
create table incident (
    organisation uuid        not null,
    device       uuid        not null,
    n            bigint      generated always as identity,
    at           timestamptz not null,
    what         text        not null,
    primary key (organisation, device, n)
);

-- The one-time link with which the first desktop brings the organisation: by its token's hash.
create table setup_link (
    token      bytea       primary key,
    created_at timestamptz not null default now(),
    expires_at timestamptz not null,
    -- Whose history it brings, from the first part on.
    organisation uuid,
    used_at    timestamptz
);

-- An administrator's approval of a desktop, by the hash of its code. Like the setup link it is looked up before it is known
-- whose it is, so it is outside of the second lock.
create table invitation (
    code         bytea       primary key,
    organisation uuid        not null references organisation,
    approved_by  uuid        not null,
    expires_at   timestamptz not null,
    -- By which machine: the same one may ask again, since the answer may have been lost.
    used_by      uuid
);

-- The second lock. The owner of the tables, as which the server connects, is bound by it too.
do $$
declare name text;
begin
    foreach name in array array['device', 'command', 'signature', 'fact', 'aggregate',
                                'scope_head', 'scope_entry', 'customer_key', 'incident'] loop
        execute format('alter table %I enable row level security', name);
        execute format('alter table %I force row level security', name);
        execute format('create policy own on %I using (organisation = nullif(current_setting(''farthing.organisation'', true), '''')::uuid)', name);
    end loop;
end $$;
