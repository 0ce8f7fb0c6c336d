-- Passwords that are settled between the desks of an organisation: never a password, only what argon2id made of it.

-- Chosen here, on its way to the server with the command that gives it.
create table credential_to_send (
    op_id      blob primary key,
    user_id    blob not null,
    credential text not null
) strict, without rowid;

-- Chosen elsewhere, to be made a key slot of.
create table credential_arrived (
    user_id    blob primary key,
    credential text not null
) strict, without rowid;
