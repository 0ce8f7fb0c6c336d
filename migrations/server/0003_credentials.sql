-- Passwords that are settled between desks.

-- What each person's password became that counts: argon2id of it, as the desks write it, never the password. The machine's own
-- secret is needed besides to open a key slot that is made of it. It goes along with the fact that gave it.
create table credential (
    organisation uuid not null references organisation,
    user_id      uuid not null,
    fact_id      uuid not null,
    credential   text not null,
    primary key (organisation, user_id),
    unique (organisation, fact_id)
);
alter table credential enable row level security;
alter table credential force row level security;
create policy own on credential using (organisation = nullif(current_setting('farthing.organisation', true), '')::uuid);
