-- The second factor of those who sign in: the authenticator's key, sealed, and the last step whose code was used, so that no
-- code is used twice. Like passwords it is not derived from facts.
create table second_factor (
    user_id    blob    primary key,
    sealed     text    not null,
    last_step  integer not null,
    changed_at text    not null
) strict, without rowid;

-- Hashes of the recovery codes that are left.
create table recovery_code (
    user_id blob not null,
    hash    text not null,
    primary key (user_id, hash)
) strict, without rowid;
