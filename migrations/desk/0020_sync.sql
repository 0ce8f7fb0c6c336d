-- A book whose decisions a server makes.

-- Which server, and how far this book and the server know of each other. One row; none in a standalone book, which is its
-- own authority.
create table authority (
    one             integer primary key check (one = 1),
    address         text    not null,
    organisation    blob    not null,
    -- The last command that was decided here, before the book was enrolled: it is never sent.
    base            integer not null,
    -- The place (dev_seq) of the last command that the server has, and of the last whose outcome is known.
    sent            integer not null,
    decided         integer not null,
    -- The last decided fact; those after it are provisional.
    fact            integer not null,
    -- The setup token, while the server may not have the whole history yet.
    joining         text,
    -- When the server last answered.
    contact_at      text,
    -- Why nothing is exchanged, as JSON: the program is too old, the book was copied, the access was taken away.
    halted          text
) strict;

-- How far each scope of the server is known.
create table scope_cursor (
    scope text    primary key,
    seq   integer not null,
    hash  blob    not null
) strict, without rowid;

-- Commands of this book whose outcome is not known yet, in their order.
create table waiting (
    command integer primary key references command (seq),
    -- Why the rules here don't let it through on top of what is decided by now, as JSON. The server has the last word.
    doubt   text
) strict;

-- What the server decided otherwise than was asked for: the reason, and whether someone has seen it.
create table overruled (
    command    integer primary key references command (seq),
    reason     text    not null,
    at         text    not null,
    settled_at text,
    settled_by blob
) strict;
create index overruled_open on overruled (command) where settled_at is null;

-- Each row that a provisional fact changed, as it was before, so that the provisional layer can be taken away at once:
-- the table, the condition that finds the row, and its values as SQL; null where there was no such row.
create table before_provisional (
    name text not null,
    row  text not null,
    was  text,
    primary key (name, row)
) strict, without rowid;
