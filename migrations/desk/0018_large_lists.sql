-- Lists and homes of a large branch, again: every filter in every order walks an index, and the sums come from what is kept
-- for the closing of a day.

-- Late loans in each order: the order's own index says which of them are late.
drop index loan_by_stage;
drop index loan_by_stage_and_principal;
drop index loan_by_stage_and_outstanding;
create index loan_by_stage on loan (stage, rid, status, oldest_due);
create index loan_by_stage_and_principal on loan (stage, principal, rid, oldest_due);
create index loan_by_stage_and_outstanding on loan (stage, outstanding, rid, oldest_due);
drop index loan_late;

-- Customers who are not verified, in each order.
drop index customer_unverified;
create index customer_unverified on customer (sort_name, rid) where verified = 0;
create index customer_unverified_by_outstanding on customer (outstanding, rid) where verified = 0;
create index customer_unverified_by_number on customer (rid) where verified = 0;

-- What is outstanding by product stands in the table of running loans by product and lateness.
drop table portfolio;

-- How many loans there are of each status. A row stays at nothing.
create table loan_count (
    status text    primary key,
    loans  integer not null
) strict, without rowid;
insert into loan_count (status, loans) select status, count(*) from loan group by status;
