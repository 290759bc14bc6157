-- The checks look up what was just added by key, whatever the tables' size was when a session first planned them: a plan
-- made on an empty book would read whole tables for every row. Hence no sequential scans, and every look-up by key stands
-- in a subquery of its own that "offset 0" keeps from becoming a join.
--
-- What the control accounts say is what the items say: per document or application, account, customer and currency the
-- control lines equal the items and entries.
create function ledger_require_tie(p_company bigint, p_documents bigint[], p_applications bigint[]) returns void
language plpgsql security definer set search_path = pg_catalog, public, pg_temp
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set plan_cache_mode = force_generic_plan as $$
declare
  bad record;
  control bigint[] := array(select id from ledger_account where company_id = p_company and is_control);
begin
  select document_id, application_id into bad from (
    select f.document_id, null::bigint as application_id, f.account_id, f.customer_id, f.currency, f.amount, f.base_amount
      from unnest(p_documents) o (id) cross join lateral (select * from ledger_item x where x.document_id = o.id offset 0) f
    union all
    select f.document_id, null, f.account_id, f.customer_id, f.currency, f.amount, f.base_amount
      from unnest(p_documents) o (id) cross join lateral (select * from ledger_entry x where x.document_id = o.id offset 0) f
    union all
    select f.document_id, null, f.account_id, f.customer_id, f.currency, -f.amount, -f.base_amount
      from unnest(p_documents) o (id) cross join lateral (select * from ledger_journalline x where x.document_id = o.id offset 0) f
     where f.account_id = any(control)
    union all
    select null, f.application_id, f.account_id, f.customer_id, f.currency, f.amount, f.base_amount
      from unnest(p_applications) o (id) cross join lateral (select * from ledger_entry x where x.application_id = o.id offset 0) f
    union all
    select null, f.application_id, f.account_id, f.customer_id, f.currency, -f.amount, -f.base_amount
      from unnest(p_applications) o (id) cross join lateral (select * from ledger_journalline x where x.application_id = o.id offset 0) f
     where f.account_id = any(control)) facts
   group by document_id, application_id, account_id, customer_id, currency having sum(amount) <> 0 or sum(base_amount) <> 0 limit 1;
  if found then
    raise exception 'Document % or application %: its lines on control accounts must be what its items and entries are.',
      bad.document_id, bad.application_id using errcode = 'restrict_violation';
  end if;
end $$;

-- A document arrives whole, in one statement: its items sum to the total, its lines balance, and both are complete.
create function ledger_document_check() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp
set enable_seqscan = off as $$
declare bad record;
begin
  if not exists (select from added) then
    return null;
  end if;
  perform ledger_require_own_posting(company_id, position) from (select distinct company_id, position from added) a;
  perform ledger_require_open_period(company_id, array_agg(distinct posted_on)) from added group by company_id;
  select d.number into bad from added d
   cross join lateral (select count(*) as n from ledger_journalline l where l.document_id = d.id) l
   cross join lateral (
     select count(*) as n, coalesce(sum(i.amount) filter (where i.currency = d.currency), 0) as total, coalesce(sum(i.base_amount), 0) as base_total
       from ledger_item i where i.document_id = d.id) i
   where d.line_count <> l.n or d.item_count <> i.n or d.total <> i.total or d.base_total <> i.base_total
   limit 1;
  if found then
    raise exception 'Document % is incomplete: its items must sum to its total and its lines must arrive with it.', bad.number
      using errcode = 'restrict_violation';
  end if;
  select d.number into bad from added d
   where (select r.company_id from ledger_document r where r.id = d.reverses_id) <> d.company_id limit 1;
  if found then
    raise exception 'Document % reverses a document of another company.', bad.number using errcode = 'restrict_violation';
  end if;
  return null;
end $$;
create trigger ledger_document_whole after insert on ledger_document referencing new table as added
  for each statement execute function ledger_document_check();

create function ledger_item_check() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp
set enable_seqscan = off as $$
declare bad record;
begin
  if not exists (select from added) then
    return null;
  end if;
  perform ledger_require_own_posting(company_id, position) from (select distinct company_id, position from added) a;
  select i.document_id, i.line into bad from added i cross join lateral (select * from ledger_document x where x.id = i.document_id offset 0) d
   where i.line not between 1 and d.item_count or i.posted_on <> d.posted_on
      or i.open_amount <> i.amount or i.open_base_amount <> i.base_amount
      or i.first_effective_on <> date '9999-12-31' or i.last_effective_on <> i.posted_on or i.last_position <> i.position
      or (i.currency <> d.currency and d.kind <> 'exchange')
   limit 1;
  if found then
    raise exception 'Item % of document % does not belong to it as posted.', bad.line, bad.document_id
      using errcode = 'restrict_violation';
  end if;
  select i.id into bad from added i cross join lateral (select * from ledger_account x where x.id = i.account_id offset 0) a
   where not a.is_control or (i.customer_id is null) <> (a.role = 'unidentified') limit 1;
  if found then
    raise exception 'An item stands on a control account, and has a customer unless it is unidentified.'
      using errcode = 'restrict_violation';
  end if;
  return null;
end $$;
create trigger ledger_item_whole after insert on ledger_item referencing new table as added
  for each statement execute function ledger_item_check();

create function ledger_line_check() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp
set enable_seqscan = off as $$
declare bad record;
begin
  if not exists (select from added) then
    return null;
  end if;
  perform ledger_require_own_posting(company_id, position) from (select distinct company_id, position from added) a;
  select l.document_id, l.application_id into bad from added l
   group by l.document_id, l.application_id having sum(l.base_amount) <> 0 limit 1;
  if found then
    raise exception 'Journal lines of document % or application % do not balance.', bad.document_id, bad.application_id
      using errcode = 'restrict_violation';
  end if;
  select l.document_id into bad from added l cross join lateral (select * from ledger_document x where x.id = l.document_id offset 0) d
   where l.line not between 1 and d.line_count or l.posted_on <> d.posted_on limit 1;
  if found then
    raise exception 'A journal line was added to document % after it was posted.', bad.document_id using errcode = 'restrict_violation';
  end if;
  select x.document_id into bad from (
    select l.document_id, l.application_id from added l group by l.document_id, l.application_id, l.currency having sum(l.amount) <> 0) x
   where (select d.kind from ledger_document d where d.id = x.document_id) is distinct from 'exchange' limit 1;
  if found then
    raise exception 'Journal lines of document % do not balance in their currency.', bad.document_id using errcode = 'restrict_violation';
  end if;
  select l.application_id into bad
    from (select application_id, count(*) as n, min(posted_on) as first_on, max(posted_on) as last_on from added
           where application_id is not null group by application_id) l
   cross join lateral (select x.effective_on from ledger_application x where x.id = l.application_id offset 0) a
   where l.first_on <> a.effective_on or l.last_on <> a.effective_on
      or l.n <> (select count(*) from ledger_journalline x where x.application_id = l.application_id) limit 1;
  if found then
    raise exception 'Journal lines were added to application % after it was posted.', bad.application_id using errcode = 'restrict_violation';
  end if;
  perform ledger_require_tie(company_id, array_agg(distinct document_id) filter (where document_id is not null),
                             array_agg(distinct application_id) filter (where application_id is not null)) from added group by company_id;
  return null;
end $$;
create trigger ledger_line_whole after insert on ledger_journalline referencing new table as added
  for each statement execute function ledger_line_check();

-- The words of a document arrive with it, and are those whose digest it carries.
create function ledger_text_check() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp
set enable_seqscan = off as $$
declare bad record;
begin
  if not exists (select from added) then
    return null;
  end if;
  perform ledger_require_own_posting(d.company_id, d.position) from (
    select distinct x.company_id, x.position from added t cross join lateral (select * from ledger_document x where x.id = t.document_id offset 0) x) d;
  select t.document_id into bad from added t cross join lateral (select * from ledger_document x where x.id = t.document_id offset 0) d
   where t.company_id <> d.company_id
      or d.text_digest is distinct from sha256(t.salt || convert_to(t.reference || chr(10) || t.memo, 'UTF8')) limit 1;
  if found then
    raise exception 'These are not the words that document % was posted with.', bad.document_id using errcode = 'restrict_violation';
  end if;
  return null;
end $$;
create trigger ledger_text_whole after insert on ledger_documenttext referencing new table as added
  for each statement execute function ledger_text_check();
