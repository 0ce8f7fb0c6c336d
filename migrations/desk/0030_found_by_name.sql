-- A loan is found by what its customer is called by now, not by what they were called when it was taken down.
update loan set search_text = substr(search_text, 1, length(number) + length(title) + 2)
    || (select c.search_text from customer c where c.rid = loan.customer_rid)
where search_text <> substr(search_text, 1, length(number) + length(title) + 2)
    || (select c.search_text from customer c where c.rid = loan.customer_rid);
