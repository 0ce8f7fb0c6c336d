-- More than the passwords of those who have access goes between the desks: passwords that wait, and authenticators' keys.

alter table credential_to_send add column kind text not null default 'password';

create table credential_came (
    kind       text not null,
    -- The user's id, or the request's for which a password waits.
    whose      blob not null,
    credential text not null,
    primary key (kind, whose)
) strict, without rowid;

insert into credential_came (kind, whose, credential) select 'password', user_id, credential from credential_arrived;

drop table credential_arrived;
