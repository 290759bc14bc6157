-- As it was before periods could be soft closed.
alter table ledger_lateposting drop constraint ledger_lateposting_posting_fk, drop constraint ledger_lateposting_period_fk,
  drop constraint ledger_lateposting_exception_fk;
drop trigger ledger_lateposting_keep on ledger_lateposting;
create or replace function ledger_require_open_period(p_company bigint, p_dates date[]) returns void
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
drop function ledger_is_let_in(core_period, bigint);
drop function ledger_exception_for(core_period, bigint);
