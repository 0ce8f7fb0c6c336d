-- Customers' own machines.

-- Whose own machine it is; none: a desk of the branch.
alter table device add column customer uuid;

alter table fact
    -- The customer whom it is about, where they may know of it.
    add column about   uuid,
    -- The fact that it tells a customer in their form; none: it was decided.
    add column safe_of uuid;

do $$
declare one uuid;
begin
    for one in select organisation from organisation loop
        perform set_config('farthing.organisation', one::text, true);
        update fact f set about = coalesce(
            (p.body ->> 'customer')::uuid,
            (p.body -> 'loan' ->> 'customer')::uuid,
            (select (a.state::jsonb ->> 'customer')::uuid from aggregate a
             where a.organisation = f.organisation and a.key = 'loan:' || (p.body ->> 'loan')),
            (select (a.state::jsonb ->> 'customer')::uuid from aggregate a
             where a.organisation = f.organisation and a.key = 'user:' || (p.body ->> 'user')))
        from (select organisation, fact_id, payload::jsonb as body from fact) p
        where p.organisation = f.organisation and p.fact_id = f.fact_id and p.body ->> 'kind' in (
            'user_added', 'user_access_set', 'sign_in_moved', 'customer_erased', 'customer_registered', 'customer_changed',
            'contact_verified', 'document_seen', 'customer_vouched', 'loan_applied', 'purchase_made', 'loan_approved',
            'loan_rejected', 'loan_disbursed', 'payment_received', 'payment_reversed', 'loan_foreclosed', 'credit_refunded',
            'penalties_charged', 'dues_waived', 'terms_changed', 'rates_followed', 'loan_written_off', 'money_set_aside',
            'aside_settled');
    end loop;
end $$;
create index fact_about on fact (organisation, about, ordinal) where safe_of is null and about is not null;

-- Codes to the emails of customers who would make a machine their own. Of one that waits the newest two hold, under one count of
-- tries. The user is null where nobody has the address, so that it is treated alike.
create table own_code (
    organisation uuid        not null references organisation,
    challenge    uuid        not null,
    device       uuid        not null,
    sign_in      text        not null,
    user_id      uuid,
    reference    text        not null,
    -- Hashes, each with the moment at which it expires: JSON.
    codes        text        not null,
    tries        integer     not null default 0,
    expires_at   timestamptz not null,
    used_at      timestamptz,
    primary key (organisation, challenge)
);
create index own_code_by_name on own_code (organisation, sign_in, device);

-- When codes went to an address, and what wrong ones did.
create table own_code_sent (
    organisation uuid        not null references organisation,
    n            bigint      generated always as identity,
    sign_in      text        not null,
    at           timestamptz not null,
    primary key (organisation, n)
);
create index own_code_sent_by_name on own_code_sent (organisation, sign_in, at);
create table own_code_wrong (
    organisation uuid        not null references organisation,
    sign_in      text        not null,
    in_a_row     integer     not null,
    until        timestamptz,
    primary key (organisation, sign_in)
);

do $$
declare name text;
begin
    foreach name in array array['own_code', 'own_code_sent', 'own_code_wrong'] loop
        execute format('alter table %I enable row level security', name);
        execute format('alter table %I force row level security', name);
        execute format('create policy own on %I using (organisation = nullif(current_setting(''farthing.organisation'', true), '''')::uuid)', name);
    end loop;
end $$;
