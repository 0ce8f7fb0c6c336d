-- Links by which someone proves who asks for a new password: never the link itself.
create table reset (
    -- SHA-256 of the link's token.
    hash       text    primary key,
    -- Null for an address that nobody signs in with, so that it is treated alike.
    user_id    blob,
    asked_at   text    not null,
    expires_at text    not null,
    used       integer not null default 0,
    -- When someone who works here opened it: then an administrator may complete it in person.
    proven_at  text
) strict, without rowid;
create index reset_by_user on reset (user_id);

-- Changes of a sign-in's email or phone, which the old one may take back for a day.
create table contact_change (
    -- SHA-256 of the code that was told to the old address or phone.
    hash       text    primary key,
    user_id    blob    not null,
    channel    text    not null,
    -- The old contact and sign-in name, sealed under the customer's key.
    old        text    not null,
    changed_at text    not null,
    expires_at text    not null,
    used       integer not null default 0
) strict, without rowid;
create index contact_change_by_user on contact_change (user_id);
