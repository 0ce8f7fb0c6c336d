-- What was asked for and refused, in order, chained by hash and never rewritten: with the commands it is the audit.
create table refusal (
    seq       integer primary key,
    at        text    not null,
    -- Who asked; null where nobody was signed in yet.
    actor     blob,
    desk      text    not null,
    -- The command's kind, the permission's word, or the step of the sign-in.
    what      text    not null,
    -- Why, by its stable word.
    code      text    not null,
    prev_hash blob    not null,
    hash      blob    not null
) strict;
