-- People who asked for access or were invited wait until an administrator lets them in.
alter table user add column pending integer not null default 0;
-- An administrator invited them, and said what they will be.
alter table user add column invited integer not null default 0;
