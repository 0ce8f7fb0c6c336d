-- Whose decisions the book has.

-- The server's history, which is another one once the server was restored from a backup. None until it has said so.
alter table authority add column history blob;
