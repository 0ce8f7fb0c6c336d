-- Which history this database tells. A backup that is put in its place begins another one, so that desks which heard of more
-- than it has begin anew instead of taking it for a forgery.

-- One row, of all organisations. The id is new with each restore; a database that is copied by other means keeps it until
-- somebody says that it lost something.
create table history (
    one      boolean     primary key default true check (one),
    id       uuid        not null default gen_random_uuid(),
    begun_at timestamptz not null default now()
);
insert into history default values;
