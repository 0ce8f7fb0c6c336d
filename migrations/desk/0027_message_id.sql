-- The id that the gateway gave a message, by which its provider finds it; empty where it gave none.
alter table message add column sent_id text not null default '';
