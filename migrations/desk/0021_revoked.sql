-- How a machine's access ends.

-- The organisation's public key: only what it signed ends the access. And the signed word that it has ended, as JSON.
alter table authority add column key blob;
alter table authority add column revoked text;
