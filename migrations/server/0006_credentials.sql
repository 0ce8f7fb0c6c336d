-- More than the passwords of those who have access goes between the desks: passwords that wait, and authenticators' keys. `user_id`
-- is the user's id, or the request's for which a password waits.

alter table credential add column kind text not null default 'password';
alter table credential drop constraint credential_pkey;
alter table credential add primary key (organisation, user_id, kind);
