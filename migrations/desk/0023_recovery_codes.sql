-- Recovery codes are kept by argon2id, each over a salt of its own: its first letters find the one to compare with. Codes of
-- before have none and let in no more; their owners make new ones.
alter table recovery_code add column name text not null default '';
