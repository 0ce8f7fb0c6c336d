-- A book that was copied, or put back from a backup elsewhere, is let in anew as another machine, and offers what it recorded before.

-- The machine as which its book was known before.
alter table device add column former uuid;
-- The machine that recorded a command, where its book was let in anew since; none: the one that sent it.
alter table command add column recorded_by uuid;

-- Commands that a machine sent after another one had brought them: both have a copy of the book in which they stand. They were decided once.
-- What was asked for is the same; the circumstances are others where somebody asked for it at both copies.
create table sent_again (
    organisation uuid   not null,
    device       uuid   not null,
    epoch        bigint not null,
    dev_seq      bigint not null,
    op_id        uuid   not null,
    hlc          bigint not null,
    version      bigint not null,
    context      text   not null,
    hash         bytea  not null,
    primary key (organisation, device, epoch, dev_seq),
    foreign key (organisation, device) references device,
    foreign key (organisation, op_id) references command (organisation, op_id)
);
alter table sent_again enable row level security;
alter table sent_again force row level security;
create policy own on sent_again using (organisation = nullif(current_setting('farthing.organisation', true), '')::uuid);
