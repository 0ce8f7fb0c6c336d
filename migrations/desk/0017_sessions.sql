-- Who was signed in at this desk, since when and how. Not derived from facts.
create table session (
    id         text    primary key,
    user_id    blob    not null,
    -- password, second_factor, recovery_code, code, unlock, pin, set_up.
    how        text    not null,
    started_at text    not null,
    ended_at   text,
    -- signed_out, locked, revoked, changed, machine, closed.
    ended      text
) strict, without rowid;
create index session_by_start on session (started_at);
create index session_open on session (user_id) where ended_at is null;
