-- What was done how often in the last day, so that codes are sent and tried no faster than they should be: what, by or to
-- whom, and when.
create table recent_act (
    what text not null,
    who  text not null,
    at   text not null
) strict;
create index recent_act_by_who on recent_act (what, who, at);
create index recent_act_by_time on recent_act (at);

-- Wrong codes in a row for an address or phone; too many suspend it for a while.
create table wrong_code (
    target text    primary key,
    count  integer not null,
    last   text    not null
) strict, without rowid;
