-- Messages to people: what waits to go out and what became of it. Not derived from facts: it is this desk's own.
create table message (
    rid        integer primary key,
    id         blob    not null unique,
    -- Names the event and the channel, so that one event is told once by each channel.
    key        text    not null unique,
    kind       text    not null,
    channel    text    not null,
    -- Null for one to somebody who works here.
    customer   blob,
    language   text    not null,
    -- What it rests on ('payment:ID', 'loan:ID', 'installment:LOAN:N'), looked at again before it goes out.
    about      text    not null,
    -- Address, subject and words, sealed under the customer's key.
    payload    text    not null,
    state      text    not null,
    attempts   integer not null default 0,
    queued_at  text    not null,
    -- Before this it is not tried.
    next_at    text    not null,
    expires_at text    not null,
    -- When it was sent, given up or taken back.
    ended_at   text,
    -- Why the last try failed, as the answer for people.
    error      text
) strict;
create index message_waiting on message (next_at, rid) where state = 'queued';
create index message_ending on message (expires_at) where state = 'queued';
create index message_by_state on message (state, rid);
create index message_by_customer on message (customer, rid);

-- The language in which a customer gets messages; empty for the organisation's.
alter table customer add column language text not null default '';

-- What a book did before it knew of messages is not told.
insert into setting (name, value) select 'told_through', max(seq) from fact having max(seq) is not null;
