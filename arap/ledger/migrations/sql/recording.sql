-- The position is given out by the database alone: gap-free, in commit order (the company's row stays locked until
-- the commit), with an instant that never runs backwards even if the clock does.
create function ledger_take_position() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  insert into ledger_book as b (company_id, position, recorded_at) values (new.company_id, 1, clock_timestamp())
  on conflict (company_id) do update
    set position = b.position + 1, recorded_at = greatest(clock_timestamp(), b.recorded_at + interval '1 microsecond')
  returning position, recorded_at into new.position, new.recorded_at;
  new.made_by := pg_current_xact_id();
  return new;
end $$;
create trigger ledger_posting_position before insert on ledger_posting for each row execute function ledger_take_position();

-- A company's book is there before its first posting: whoever asks what was known while that one is under way must find a
-- row to wait for.
create function ledger_open_book() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  insert into ledger_book (company_id, position) values (new.id, 0) on conflict do nothing;
  return null;
end $$;
create trigger ledger_company_book after insert on core_company for each row execute function ledger_open_book();
insert into ledger_book (company_id, position) select id, 0 from core_company;

-- The posting of this transaction: one per company and transaction, however many acts it holds.
create function ledger_posting_of(p_company bigint, p_actor bigint, p_verb text, p_key text) returns bigint
language plpgsql as $$
declare
  setting text := 'arap.posting_' || p_company;
  taken text := current_setting(setting, true);
  taken_position bigint;
begin
  if taken is not null and taken <> '' then
    return taken::bigint;
  end if;
  insert into ledger_posting (company_id, position, actor_id, verb, idempotency_key)
  values (p_company, 0, p_actor, p_verb, p_key) returning position into taken_position;
  perform set_config(setting, taken_position::text, true);
  return taken_position;
end $$;

-- All locks, in the one order: periods (shared), customers (shared), credit items by id, debit items by id. The position
-- comes after them; once it is taken a further lock must not wait (it would turn the order round), so it fails at once
-- and the whole transaction is tried again.
create function ledger_lock(p_company bigint, p_dates date[], p_customers bigint[], p_items bigint[]) returns void
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  perform from core_period p
   where p.company_id = p_company and exists (select from unnest(p_dates) d where d between p.starts_on and p.ends_on)
   order by p.id for share;
  if cardinality(p_customers) > 0 then
    perform from customers_customer c where c.company_id = p_company and c.id = any(p_customers) order by c.id for share;
  end if;
  if cardinality(p_items) = 0 then
    return;
  end if;
  if coalesce(current_setting('arap.posting_' || p_company, true), '') = '' then
    perform from ledger_item i where i.company_id is not distinct from p_company and i.id = any(p_items)
      order by i.amount > 0, i.id for no key update;
  else
    perform from ledger_item i where i.company_id is not distinct from p_company and i.id = any(p_items)
      order by i.amount > 0, i.id for no key update nowait;
  end if;
end $$;

-- "As known at": the last position recorded by then. Waits for a posting under way, so that the answer never changes.
create function ledger_position_at(p_company bigint, p_known_at timestamptz) returns bigint
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  perform from ledger_book where company_id = p_company for share;
  return coalesce((select position from ledger_posting where company_id = p_company and recorded_at <= p_known_at
                   order by recorded_at desc limit 1), 0);
end $$;

-- Refuses dates that lie in no period, or in a closed one without a live exception. Holds the period against a close.
create function ledger_require_open_period(p_company bigint, p_dates date[]) returns void
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare refused date;
begin
  perform from core_period p
   where p.company_id = p_company and exists (select from unnest(p_dates) d where d between p.starts_on and p.ends_on)
   order by p.id for share;
  select d into refused from unnest(p_dates) d
   where not exists (
     select from core_period p
      where p.company_id = p_company and d between p.starts_on and p.ends_on
        and (p.state = 'open' or exists (
          select from core_periodexception x
           where x.period_id = p.id and x.company_id = p_company and x.revoked_at is null and x.valid_until > now())))
   order by d limit 1;
  if found then
    raise exception 'The period of % is closed.', refused
      using errcode = 'AR001', detail = jsonb_build_object('code', 'period_closed', 'date', refused)::text;
  end if;
end $$;

-- Refuses rows that join a posting of another transaction: a posting is closed when its transaction ends.
create function ledger_require_own_posting(p_company bigint, p_position bigint) returns void
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  if not exists (select from ledger_posting where company_id = p_company and position = p_position
                 and made_by = pg_current_xact_id()) then
    raise exception 'Posting % is closed: nothing can be added to it.', p_position using errcode = 'restrict_violation';
  end if;
end $$;

-- Fresh statistics for whoever fills an empty book in one go. Keys are checked by plans that a session keeps: made while a
-- table is empty they read it from end to end, and a bulk load would grow with the square of its rows.
create function ledger_refresh_statistics() returns void
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  analyze customers_customer, ledger_posting, ledger_document, ledger_item, ledger_application, ledger_entry, ledger_journalline;
end $$;
