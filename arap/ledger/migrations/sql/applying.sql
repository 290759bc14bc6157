-- Applies the pairs staged in book_application and book_pair: reads the locked items, prices each pair, writes
-- applications, entries and the journal lines of what moved between accounts, customers or rates.
-- Items are looked up by id, each in a subquery of its own, and their company is compared afterwards: a planner that does
-- not know a new company yet would read all of its items for every pair.
create function ledger_price_pairs(p_company bigint) returns void language plpgsql
set enable_seqscan = off set plan_cache_mode = force_generic_plan as $$
declare bad record; base_unit int;
begin
  if not exists (select from book_pair) then
    return;
  end if;
  select core_minor_unit(base_currency) into base_unit from core_company where id = p_company;
  select p.debit_item_id as item, d.currency <> c.currency as other_currency into bad
    from book_pair p
    left join lateral (select * from ledger_item x where x.id = p.debit_item_id offset 0) d on true
    left join lateral (select * from ledger_item x where x.id = p.credit_item_id offset 0) c on true
   where d.company_id is distinct from p_company or c.company_id is distinct from p_company or d.amount < 0 or c.amount > 0
      or p.amount <= 0 or d.currency <> c.currency
   limit 1;
  if found and bad.other_currency then
    perform ledger_entry_refusal('other_currency', bad.item, 'Credits and debits must be in one currency.');
  elsif found then
    perform ledger_entry_refusal('not_a_pair', bad.item, 'A pair is a credit and a debit of this company, with an amount above zero.');
  end if;
  -- no item gives more than it has open
  select i.id, i.open_amount, u.amount, i.currency, (select d.number from ledger_document d where d.id = i.document_id) as number into bad
    from (select item, sum(amount) as amount from (
            select debit_item_id as item, amount from book_pair union all select credit_item_id, amount from book_pair) x group by item) u
   cross join lateral (select * from ledger_item x where x.id = u.item offset 0) i
   where u.amount > abs(i.open_amount) order by i.amount > 0 desc, i.id limit 1;
  if found then
    raise exception 'Item % has only % open.', bad.id, abs(bad.open_amount) using errcode = 'AR002',
      detail = jsonb_build_object('code', 'over_applied', 'item', bad.id, 'number', bad.number, 'currency', bad.currency,
        'open', abs(bad.open_amount)::text, 'amount', bad.amount::text)::text;
  end if;
  insert into book_entry (ref, item_id, counter_item_id, currency, customer_id, account_id, aged_from_on, amount, base_amount)
  select ref, item, counter, currency, customer_id, account_id, aged_from_on, -sign(open_amount) * amount,
         ledger_share(open_base_amount, abs(open_amount), upto - amount, base_unit) - ledger_share(open_base_amount, abs(open_amount), upto, base_unit)
    from (select s.ref, s.item, s.counter, i.currency, i.customer_id, i.account_id, i.aged_from_on, s.amount, i.open_amount, i.open_base_amount,
                 sum(s.amount) over (partition by s.item order by s.ref, s.seq) as upto
            from (select ref, seq, debit_item_id as item, credit_item_id as counter, amount from book_pair
                  union all select ref, seq, credit_item_id, debit_item_id, amount from book_pair) s
           cross join lateral (select * from ledger_item x where x.id = s.item offset 0) i) x;
end $$;

-- Mirrors the entries staged in book_undo (entry ids): the same figures, the other sign.
create function ledger_mirror_entries(p_company bigint) returns void language plpgsql
set enable_seqscan = off set plan_cache_mode = force_generic_plan as $$
begin
  if not exists (select from book_undo) then
    return;
  end if;
  insert into book_entry (ref, item_id, counter_item_id, currency, customer_id, account_id, aged_from_on, amount, base_amount, reverses_id)
  select u.ref, e.item_id, e.counter_item_id, e.currency, e.customer_id, e.account_id, e.aged_from_on, -e.amount, -e.base_amount, e.id
    from book_undo u cross join lateral (select * from ledger_entry x where x.id = u.entry_id offset 0) e where e.company_id = p_company;
end $$;

create function ledger_apply_staged(p_company bigint, p_actor bigint, p_verb text, p_key text) returns bigint
language plpgsql as $$
declare taken bigint; fx_account bigint;
begin
  if (select count(*) from book_application) > 200 then
    perform ledger_plan_afresh(array['book_application', 'book_pair', 'book_undo']);
  end if;
  perform ledger_lock(p_company, (select array_agg(distinct effective_on) from book_application), '{}', (select array_agg(distinct item) from (
    select credit_item_id as item from book_pair union all select debit_item_id from book_pair
    union all select e.item_id from book_undo u join ledger_entry e on e.id = u.entry_id) x));
  perform ledger_price_pairs(p_company);
  perform ledger_mirror_entries(p_company);
  if (select count(*) from book_application) > 200 then
    perform ledger_plan_afresh(array['book_entry']);
  end if;
  select id into fx_account from ledger_account where company_id = p_company and role = 'fx_gain_loss';
  taken := ledger_posting_of(p_company, p_actor, p_verb, p_key);
  with applications as (
    insert into ledger_application (id, company_id, position, effective_on, policy, reason, undoes_id)
    select id, p_company, taken, effective_on, policy, coalesce(reason, ''), undoes_id from book_application
  ), entries as (
    insert into ledger_entry (company_id, position, application_id, item_id, counter_item_id, currency, amount, base_amount, effective_on,
      reverses_id, customer_id, account_id, aged_from_on)
    select p_company, taken, a.id, e.item_id, e.counter_item_id, e.currency, e.amount, e.base_amount, a.effective_on, e.reverses_id,
           e.customer_id, e.account_id, e.aged_from_on
      from book_entry e join book_application a using (ref)
  ), moved as (
    select ref, account_id, customer_id, currency, sum(amount) as amount, sum(base_amount) as base_amount
      from book_entry group by ref, account_id, customer_id, currency having sum(amount) <> 0 or sum(base_amount) <> 0
  ), sides as (
    select ref, account_id, customer_id, currency, amount, base_amount from moved
    union all
    select ref, fx_account, null, min(currency), 0, -sum(base_amount) from moved group by ref having sum(base_amount) <> 0
  )
  insert into ledger_journalline (company_id, position, application_id, line, account_id, customer_id, currency, amount, base_amount,
    posted_on, tax_code)
  select p_company, taken, a.id, row_number() over (partition by s.ref order by s.customer_id nulls last, s.account_id), s.account_id,
         s.customer_id, s.currency, s.amount, s.base_amount, a.effective_on, ''
    from sides s join book_application a using (ref);
  return taken;
end $$;
