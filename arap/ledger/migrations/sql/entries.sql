-- The one trigger: refuses an entry that breaks a rule, then writes the derived columns of the items it moved.
create function ledger_entry_refusal(p_code text, p_item bigint, p_text text) returns void language plpgsql as $$
begin
  raise exception '%', p_text using errcode = 'AR002', detail = jsonb_build_object('code', p_code, 'item', p_item)::text;
end $$;

create function ledger_entry_apply() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  bad record;
  back_dated bigint[];
begin
  if not exists (select from added) then
    return null;
  end if;
  perform ledger_require_own_posting(company_id, position) from (select distinct company_id, position from added) a;
  perform ledger_require_open_period(company_id, array_agg(distinct effective_on)) from added group by company_id;

  -- each side is what its item says, neither before either item is posted
  select e.item_id, e.effective_on < i.posted_on or e.effective_on < c.posted_on as early into bad
    from added e
    left join lateral (select * from ledger_item x where x.id = e.item_id offset 0) i on true
    left join lateral (select * from ledger_item x where x.id = e.counter_item_id offset 0) c on true
   where e.customer_id is distinct from i.customer_id or e.account_id is distinct from i.account_id or e.aged_from_on <> i.aged_from_on
      or e.effective_on < i.posted_on or e.effective_on < c.posted_on
      or (e.reverses_id is null) <> (sign(e.amount) = -sign(i.amount))
      or sign(c.amount) = sign(i.amount)
   limit 1;
  if found then
    perform ledger_entry_refusal(case when bad.early then 'before_posting' else 'entry_mismatch' end, bad.item_id,
      format('Item %s: an entry must match its item and cannot be effective before it is posted.', bad.item_id));
  end if;
  -- of one customer, or of one group
  select e.item_id into bad
    from added e
   cross join lateral (select x.customer_id from ledger_item x where x.id = e.counter_item_id offset 0) c
   where e.reverses_id is null and e.customer_id is distinct from c.customer_id
     and not coalesce((select a.root_id from customers_customer a where a.id = e.customer_id)
                      = (select b.root_id from customers_customer b where b.id = c.customer_id), false)
   limit 1;
  if found then
    perform ledger_entry_refusal('other_customer', bad.item_id,
      format('Item %s: credits and debits must belong to one group of customers.', bad.item_id));
  end if;

  -- both sides of a pair move by the same amount
  select min(item_id) as item_id into bad from added where application_id is not null
   group by application_id, least(item_id, counter_item_id), greatest(item_id, counter_item_id)
  having sum(amount) <> 0 or count(*) % 2 <> 0 limit 1;
  if found then
    perform ledger_entry_refusal('unbalanced_pair', bad.item_id, format('Item %s: both sides of an application must be equal.', bad.item_id));
  end if;
  select e.item_id into bad from added e
   where (select a.effective_on from ledger_application a where a.id = e.application_id) <> e.effective_on limit 1;
  if found then
    perform ledger_entry_refusal('entry_mismatch', bad.item_id, 'An entry is effective on the day of its application.');
  end if;

  -- an application arrives whole
  select e.item_id into bad from (select application_id, count(*) as n, min(item_id) as item_id from added group by application_id) e
   where e.n <> (select count(*) from ledger_entry x where x.application_id = e.application_id) and e.application_id is not null limit 1;
  if found then
    perform ledger_entry_refusal('entry_mismatch', bad.item_id, 'The entries of an application arrive in one statement.');
  end if;

  -- an undoing mirrors what it undoes, and is not dated before it
  select e.item_id into bad
    from added e
   cross join lateral (select * from ledger_entry x where x.id = e.reverses_id offset 0) o
   where o.reverses_id is not null or o.item_id <> e.item_id or o.counter_item_id is distinct from e.counter_item_id
      or o.amount <> -e.amount or o.base_amount <> -e.base_amount or e.effective_on < o.effective_on
   limit 1;
  if found then
    perform ledger_entry_refusal('not_a_mirror', bad.item_id,
      format('Item %s: an undoing must mirror its entry and cannot be dated before it.', bad.item_id));
  end if;

  -- planned afresh each time, because the best plan depends on how much was added
  execute $update$
    with moved as (
      select item_id, sum(amount) as amount, sum(base_amount) as base_amount,
             min(effective_on) as first_on, max(effective_on) as last_on, max(position) as position
        from added group by item_id
    ), written as (
      update ledger_item i
         set open_amount = i.open_amount + m.amount,
             open_base_amount = i.open_base_amount + m.base_amount,
             first_effective_on = least(i.first_effective_on, m.first_on),
             last_effective_on = greatest(i.last_effective_on, m.last_on),
             last_position = greatest(i.last_position, m.position)
        from moved m where i.id = m.item_id
      returning i.id, m.first_on, i.last_effective_on
    )
    select array_agg(id) from written where first_on < last_effective_on
  $update$ into back_dated;

  -- only an item with an entry before its last movement needs the sum of every day
  if back_dated is not null then
    select days.item_id, days.effective_on, d.number into bad from (
      select e.item_id, e.effective_on, i.amount,
             i.amount + sum(sum(e.amount)) over (partition by e.item_id order by e.effective_on) as open_amount
        from unnest(back_dated) b(id)
       cross join lateral (select x.id, x.amount from ledger_item x where x.id = b.id offset 0) i
       cross join lateral (select x.item_id, x.effective_on, x.amount from ledger_entry x where x.item_id = i.id offset 0) e
       group by e.item_id, e.effective_on, i.amount) days
     join ledger_item x on x.id = days.item_id
     join ledger_document d on d.id = x.document_id
     where sign(days.open_amount) = -sign(days.amount) or abs(days.open_amount) > abs(days.amount)
     order by days.item_id, days.effective_on limit 1;
    if found then
      raise exception 'Item %: on % it would be applied beyond its amount.', bad.item_id, bad.effective_on
        using errcode = 'AR002', detail = jsonb_build_object('code', 'over_applied_on', 'item', bad.item_id, 'number', bad.number, 'date', bad.effective_on)::text;
    end if;
  end if;
  perform ledger_require_tie(company_id, array_agg(distinct document_id) filter (where document_id is not null),
                             array_agg(distinct application_id) filter (where application_id is not null)) from added group by company_id;
  return null;
end $$;
create trigger ledger_entry_whole after insert on ledger_entry referencing new table as added
  for each statement execute function ledger_entry_apply();

create function ledger_application_check() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp
set enable_seqscan = off as $$
begin
  if not exists (select from added) then
    return null;
  end if;
  perform ledger_require_own_posting(company_id, position) from (select distinct company_id, position from added) a;
  if exists (select from added a where (select count(*) from ledger_entry e where e.application_id = a.id) = 0) then
    raise exception 'An application arrives with its entries.' using errcode = 'restrict_violation';
  end if;
  if exists (select from added a where (select u.company_id from ledger_application u where u.id = a.undoes_id) <> a.company_id) then
    raise exception 'An application undoes one of its own company.' using errcode = 'restrict_violation';
  end if;
  return null;
end $$;
create trigger ledger_application_whole after insert on ledger_application referencing new table as added
  for each statement execute function ledger_application_check();

create function ledger_seal_check() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  if new.previous is distinct from coalesce((select digest from ledger_seal where company_id = new.company_id
      order by to_position desc limit 1), '') then
    raise exception 'A seal continues the last one.' using errcode = 'restrict_violation';
  end if;
  return new;
end $$;
create trigger ledger_seal_chain before insert on ledger_seal for each row execute function ledger_seal_check();
