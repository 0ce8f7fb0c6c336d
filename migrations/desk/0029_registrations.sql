-- What a person who registers themself has typed, sealed under the book's key, until the code to their email has come back or has
-- expired: nobody is kept as a customer before.
alter table challenge add column waits text;
create index challenge_waits on challenge (expires_at) where waits is not null;
