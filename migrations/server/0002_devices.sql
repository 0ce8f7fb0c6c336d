-- What administrators see of machines, and how their access ends.

alter table device
    -- What it said when it last pulled: its program's version, how many commands it had not sent, and how many entries of
    -- its scopes it knew.
    add column program    text   not null default '',
    add column unsent     bigint not null default 0,
    add column pulled     bigint not null default 0,
    add column revoked_by uuid;

-- The secret with which an organisation signs what ends a machine's access. Made with its first use, and for good: desks
-- know the public half.
create table authority_key (
    organisation uuid  primary key references organisation,
    secret       bytea not null
);
alter table authority_key enable row level security;
alter table authority_key force row level security;
create policy own on authority_key using (organisation = nullif(current_setting('farthing.organisation', true), '')::uuid);
