-- What a large branch's lists and home screens need: a sum that is kept, and indexes that answer by themselves, without a
-- look at the rows.

-- What is outstanding on running loans, by the product's name ('purchases' for what was sold). A row stays at nothing
-- when its loans are paid.
create table portfolio (
    share       text    primary key,
    outstanding integer not null
) strict, without rowid;
insert into portfolio (share, outstanding)
    select case purchase when 1 then 'purchases' else title end,
           sum(case status when 'active' then outstanding_principal else 0 end)
    from loan where disbursed_on is not null group by 1;

-- The loan list's tab: an approved loan still waits to be paid out, a rejected one is closed.
alter table loan add column stage text generated always as
    (case status when 'approved' then 'waiting' when 'rejected' then 'closed' else status end) virtual;
-- The list in each of its orders, whole and by tab.
drop index loan_by_status;
drop index loan_by_principal;
drop index loan_by_outstanding;
drop index loan_by_purchase;
create index loan_by_number on loan (rid, stage, purchase);
create index loan_by_principal on loan (principal, rid, purchase);
create index loan_by_outstanding on loan (outstanding, rid, purchase);
create index loan_by_stage on loan (stage, rid, status);
create index loan_by_stage_and_principal on loan (stage, principal, rid);
create index loan_by_stage_and_outstanding on loan (stage, outstanding, rid);
create index loan_by_stage_and_due on loan (stage, coalesce(oldest_due, '9999-12-31'), rid);
-- Late loans in each order, with what makes the portfolio at risk.
drop index loan_at_risk;
drop index loan_portfolio;
create index loan_late on loan (oldest_due, outstanding_principal, outstanding, principal, purchase, title)
    where status = 'active';
-- Running loans of a product.
create index loan_by_product on loan (product_id) where status = 'active';
-- Applications since a day.
create index loan_by_application on loan (applied_at);

-- The same of customers.
drop index customer_by_name;
drop index customer_by_outstanding;
create index customer_by_name on customer (sort_name, rid, active_loans);
create index customer_by_outstanding on customer (outstanding, rid, active_loans);
create index customer_by_number on customer (rid, active_loans);
create index customer_unverified on customer (sort_name, outstanding) where verified = 0;
-- Who may be the same person.
create index customer_by_email on customer (email) where email <> '';
create index customer_by_phone on customer (phone) where phone <> '';
create index customer_by_document on customer (document_id) where document_id <> '';
