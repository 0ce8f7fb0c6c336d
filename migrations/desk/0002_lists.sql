-- The list of receipts: by amount, by day, and those that were taken back.
create index payment_by_amount on payment (amount, rid);
create index payment_by_value_date on payment (value_date, rid);
create index payment_reversed on payment (rid) where reversed is not null;

-- The loan list by days past due: the oldest unpaid installment first, loans without one last.
create index loan_by_due on loan (coalesce(oldest_due, '9999-12-31'), rid);
