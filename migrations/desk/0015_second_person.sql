-- What was asked for and takes a second person, derived from facts.
create table request (
    rid        integer primary key,
    id         blob    not null unique,
    -- The command's kind, and exactly what it asks for.
    what       text    not null,
    payload    text    not null,
    hash       text    not null,
    loan_rid   integer references loan (rid),
    -- The member of staff it is about, or the name of one who is to be added.
    person     blob,
    name       text    not null,
    amount     integer,
    reason     text    not null,
    maker      blob,
    at         text    not null,
    expires_at text    not null,
    -- waiting, done, rejected, withdrawn, refused; that nobody decided in time is a matter of the clock.
    state      text    not null default 'waiting',
    decided_by blob,
    outcome    text    not null default '',
    -- Why it could not be carried out, as JSON.
    refusal    text
) strict;
create index request_by_state on request (state, rid);
