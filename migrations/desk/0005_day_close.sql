-- What the closing of a day needs, so that it looks at no loan without something happening on that day.

-- Running loans by product (none: purchases) and by the day on which their oldest unpaid installment fell, or falls, due.
create table standing (
    product    blob    not null,
    oldest_due text    not null,
    loans      integer not null,
    principal  integer not null,
    primary key (product, oldest_due)
) strict, without rowid;

-- What a product's loans earned on the last closed day, by kind, and by how much a day to come earns more or less than the
-- one before it.
create table accrual_rate (
    product blob    not null,
    kind    text    not null,
    amount  integer not null,
    primary key (product, kind)
) strict, without rowid;
create table accrual_change (
    day     text    not null,
    product blob    not null,
    kind    text    not null,
    amount  integer not null,
    primary key (day, product, kind)
) strict, without rowid;

-- The buckets of lateness at the end of each day that was closed.
create table day_bucket (
    date      text    not null,
    from_days integer not null,
    loans     integer not null,
    principal integer not null,
    primary key (date, from_days)
) strict, without rowid;

-- The next day whose closing has to look at the loan.
alter table loan add column next_event text;
create index loan_event on loan (next_event) where next_event is not null;

-- Charges of installments, and where a payment went besides.
alter table installment add column fee integer not null default 0;
alter table installment add column paid_fee integer not null default 0;
alter table payment add column fee integer not null default 0;
alter table payment add column recovery integer not null default 0;
alter table payment add column suspense integer not null default 0;

-- The lines of one account by day.
create index posting_by_account on posting (account, booking_date, amount);

-- How a customer earns a living, and income besides.
alter table customer add column employment text not null default '';
alter table customer add column other_income text not null default '';
