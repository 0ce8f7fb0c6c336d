-- The history in chunks, for desks that begin. What stands here was cut of facts and scopes, and may be cut anew.

-- Each is a packed page: the entries after the chunk before it, without customers' keys and credentials, which may be destroyed later.
create table snapshot_chunk (
    organisation uuid    not null references organisation,
    -- Whose desks it is for: those of a branch see the same scopes.
    branch       text    not null collate "C",
    -- 0, 1, 2 …
    number       bigint  not null,
    -- How many facts it and all before it have.
    through      bigint  not null,
    packed       bytea   not null,
    -- The SHA-256 of that.
    hash         bytea   not null,
    -- Where it ends: the last entry of each scope, and its hash.
    scopes       text[]   not null,
    seqs         bigint[] not null,
    heads        bytea[]  not null,
    -- Those of its facts that may have a key or a credential, which are looked up when it is sent.
    beside       uuid[]   not null,
    primary key (organisation, branch, number)
);
-- It is packed already.
alter table snapshot_chunk alter column packed set storage external;
alter table snapshot_chunk enable row level security;
alter table snapshot_chunk force row level security;
create policy own on snapshot_chunk using (organisation = nullif(current_setting('farthing.organisation', true), '')::uuid);
