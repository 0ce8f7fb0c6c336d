-- The book of one desk. Forward-only: a change comes as a new file, never as an edit of this one.
-- Amounts are integers of the currency's minor unit; days are 'YYYY-MM-DD'; instants are RFC 3339 in UTC; ids are
-- 16-byte UUIDs. Every table is STRICT, so that no amount can turn into a floating-point number.

-- What this copy of the book is: device, epoch, schema of the payloads. One row a name.
create table meta (
    name  text primary key,
    value text not null
) strict, without rowid;

-- What people asked for at this desk, in order, chained by hash and never rewritten.
create table command (
    seq       integer primary key,
    op_id     blob    not null unique,
    device    blob    not null,
    epoch     integer not null,
    dev_seq   integer not null,
    -- Hybrid logical clock: milliseconds since 1970 times 65536, plus a counter.
    hlc       integer not null,
    version   integer not null,
    kind      text    not null,
    payload   text    not null,
    -- The circumstances of the decision; replaying it yields the same facts.
    context   text    not null,
    prev_hash blob    not null,
    hash      blob    not null,
    unique (device, epoch, dev_seq)
) strict;

-- What the authority decided happened, in order, chained by hash: the only truth. Everything below is derived from it.
create table fact (
    seq          integer primary key,
    fact_id      blob    not null unique,
    op_id        blob    not null,
    version      integer not null,
    kind         text    not null,
    -- The first aggregate that it changes, for the history of one thing.
    about        text    not null,
    at           text    not null,
    booking_date text    not null,
    -- Who asked; null where the authority itself acted.
    actor        blob,
    desk         text    not null,
    payload      text    not null,
    prev_hash    blob    not null,
    hash         blob    not null
) strict;
create index fact_about on fact (about, seq);

-- The aggregates as folded from the facts, so that no decision folds a long history.
create table aggregate (
    key     text    primary key,
    kind    text    not null,
    -- How many facts have changed it.
    version integer not null,
    state   text    not null
) strict, without rowid;

-- The key under which a customer's personal fields are encrypted in commands and facts. Erasing a person destroys it.
create table customer_key (
    customer blob primary key,
    key      blob not null
) strict, without rowid;

-- Customers as screens see them.
create table customer (
    rid                integer primary key,
    id                 blob    not null unique,
    number             text    not null,
    first_name         text    not null,
    last_name          text    not null,
    email              text    not null,
    phone              text    not null,
    document_id        text    not null,
    born_on            text    not null,
    address            text    not null,
    employer           text    not null,
    monthly_income     text    not null,
    other_installments text    not null,
    -- The name in lower case without accents, last name first, for sorting.
    sort_name          text    not null,
    -- Names, number, email and phone in lower case without accents, for searching.
    search_text        text    not null,
    registered_at      text    not null,
    email_verified_at  text,
    phone_verified_at  text,
    document_kind      text,
    document_seen_by   blob,
    vouched_by         blob,
    verified           integer not null default 0,
    user_id            blob,
    active_loans       integer not null default 0,
    outstanding        integer not null default 0,
    erased             integer not null default 0
) strict;
create index customer_by_name on customer (sort_name, rid);
create index customer_by_outstanding on customer (outstanding, rid);

-- From three letters on: any part of a word. External content, kept by the triggers below.
create virtual table customer_trigram using fts5 (search_text, content = 'customer', content_rowid = 'rid', tokenize = 'trigram', detail = 'full');
-- Up to two letters: the beginnings of words.
create virtual table customer_prefix using fts5 (search_text, content = 'customer', content_rowid = 'rid', tokenize = 'unicode61', prefix = '1 2', detail = 'none');
create trigger customer_search_insert after insert on customer begin
    insert into customer_trigram (rowid, search_text) values (new.rid, new.search_text);
    insert into customer_prefix (rowid, search_text) values (new.rid, new.search_text);
end;
create trigger customer_search_update after update of search_text on customer when old.search_text <> new.search_text begin
    insert into customer_trigram (customer_trigram, rowid, search_text) values ('delete', old.rid, old.search_text);
    insert into customer_prefix (customer_prefix, rowid, search_text) values ('delete', old.rid, old.search_text);
    insert into customer_trigram (rowid, search_text) values (new.rid, new.search_text);
    insert into customer_prefix (rowid, search_text) values (new.rid, new.search_text);
end;
create trigger customer_search_delete after delete on customer begin
    insert into customer_trigram (customer_trigram, rowid, search_text) values ('delete', old.rid, old.search_text);
    insert into customer_prefix (customer_prefix, rowid, search_text) values ('delete', old.rid, old.search_text);
end;

-- Loan products and the goods of the shop.
create table product (
    id      blob    primary key,
    version integer not null,
    name    text    not null,
    active  integer not null,
    terms   text    not null
) strict, without rowid;
create table goods (
    id     blob    primary key,
    name   text    not null,
    price  integer not null,
    active integer not null
) strict, without rowid;

-- Loans and purchases, one row each, with what lists and home screens show.
create table loan (
    rid                   integer primary key,
    id                    blob    not null unique,
    number                text    not null,
    customer_rid          integer not null references customer (rid),
    product_id            blob,
    title                 text    not null,
    purchase              integer not null,
    principal             integer not null,
    installments          integer not null,
    officer               blob,
    status                text    not null,
    applied_at            text    not null,
    disbursed_on          text,
    closed_on             text,
    -- Principal, interest and penalties that are unpaid on all installments.
    outstanding           integer not null,
    outstanding_principal integer not null,
    credit                integer not null,
    -- The due date of the oldest unpaid installment and what is unpaid of it.
    oldest_due            text,
    next_due              integer not null,
    -- Whether a late installment costs something.
    has_penalty           integer not null,
    -- Number, title and the customer's search text.
    search_text           text    not null
) strict;
create index loan_by_customer on loan (customer_rid);
create index loan_by_status on loan (status, rid);
create index loan_by_purchase on loan (purchase, rid);
-- Late loans and the portfolio at risk, from the index alone.
create index loan_at_risk on loan (oldest_due, outstanding_principal) where status = 'active';
create index loan_portfolio on loan (title, oldest_due, outstanding_principal) where status = 'active';
create index loan_by_principal on loan (principal, rid);
create index loan_by_outstanding on loan (outstanding, rid);
create virtual table loan_trigram using fts5 (search_text, content = 'loan', content_rowid = 'rid', tokenize = 'trigram', detail = 'full');
create virtual table loan_prefix using fts5 (search_text, content = 'loan', content_rowid = 'rid', tokenize = 'unicode61', prefix = '1 2', detail = 'none');
create trigger loan_search_insert after insert on loan begin
    insert into loan_trigram (rowid, search_text) values (new.rid, new.search_text);
    insert into loan_prefix (rowid, search_text) values (new.rid, new.search_text);
end;
create trigger loan_search_update after update of search_text on loan when old.search_text <> new.search_text begin
    insert into loan_trigram (loan_trigram, rowid, search_text) values ('delete', old.rid, old.search_text);
    insert into loan_prefix (loan_prefix, rowid, search_text) values ('delete', old.rid, old.search_text);
    insert into loan_trigram (rowid, search_text) values (new.rid, new.search_text);
    insert into loan_prefix (rowid, search_text) values (new.rid, new.search_text);
end;
create trigger loan_search_delete after delete on loan begin
    insert into loan_trigram (loan_trigram, rowid, search_text) values ('delete', old.rid, old.search_text);
    insert into loan_prefix (loan_prefix, rowid, search_text) values ('delete', old.rid, old.search_text);
end;

-- The schedule in force, one row an installment.
create table installment (
    loan_rid       integer not null references loan (rid),
    n              integer not null,
    due_on         text    not null,
    principal      integer not null,
    interest       integer not null,
    penalty        integer not null,
    paid_principal integer not null,
    paid_interest  integer not null,
    paid_penalty   integer not null,
    -- What is unpaid of it.
    open           integer not null,
    settled_on     text,
    primary key (loan_rid, n)
) strict, without rowid;
create index installment_open on installment (due_on, open) where open > 0;

-- Money received.
create table payment (
    rid          integer primary key,
    id           blob    not null unique,
    loan_rid     integer not null references loan (rid),
    receipt      text    not null unique,
    value_date   text    not null,
    booking_date text    not null,
    at           text    not null,
    amount       integer not null,
    penalty      integer not null,
    interest     integer not null,
    principal    integer not null,
    credit       integer not null,
    method       text    not null,
    reference    text    not null,
    actor        blob,
    -- Why it was taken back; null while it stands.
    reversed     text
) strict;
create index payment_by_loan on payment (loan_rid, rid);
create index payment_by_day on payment (value_date, amount) where reversed is null;

-- Double entry: debit positive, credit negative. Each fact's lines add up to nothing.
create table posting (
    fact_seq     integer not null references fact (seq),
    line         integer not null,
    booking_date text    not null,
    account      text    not null,
    amount       integer not null,
    loan_rid     integer,
    primary key (fact_seq, line)
) strict, without rowid;
create table balance (
    account text    primary key,
    amount  integer not null
) strict, without rowid;

-- Sums for the charts: one row a month ('2026-07') and measure.
create table monthly (
    month   text    not null,
    measure text    not null,
    amount  integer not null,
    primary key (month, measure)
) strict, without rowid;

-- The portfolio at the end of each day that was closed.
create table day_figures (
    date        text    primary key,
    outstanding integer not null,
    par1        integer not null,
    par30       integer not null,
    par60       integer not null,
    par90       integer not null
) strict, without rowid;

-- Who signs in. The password's hash is not derived from facts, so it has a table of its own.
create table user (
    id       blob    primary key,
    role     text    not null,
    name     text    not null,
    email    text    not null,
    sign_in  text    not null unique,
    customer blob,
    active   integer not null
) strict, without rowid;
create table credential (
    user_id    blob primary key,
    -- PHC string of argon2id.
    hash       text not null,
    changed_at text not null
) strict, without rowid;

-- What waits for a person.
create table task (
    rid          integer primary key,
    id           blob    not null unique,
    what         text    not null,
    customer_rid integer,
    loan_rid     integer,
    amount       integer,
    detail       text    not null,
    at           text    not null,
    outcome      text
) strict;
create index task_open on task (rid) where outcome is null;

-- One-time codes: never the code itself, and every try is counted before it is compared.
create table challenge (
    id         text    primary key,
    purpose    text    not null,
    target     text    not null,
    subject    text    not null,
    reference  text    not null,
    codes      text    not null,
    tries      integer not null,
    sent_at    text    not null,
    expires_at text    not null,
    used       integer not null default 0
) strict, without rowid;
create index challenge_by_target on challenge (target, sent_at);

-- This desk's own settings, such as where mail goes. Secrets in them are sealed.
create table setting (
    name  text primary key,
    value text not null
) strict, without rowid;
