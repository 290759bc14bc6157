-- What was let into a closed period is kept, by the trigger alone.
alter table ledger_lateposting
  add constraint ledger_lateposting_posting_fk foreign key (company_id, position) references ledger_posting (company_id, position),
  add constraint ledger_lateposting_period_fk foreign key (company_id, period_id) references core_period (company_id, id),
  add constraint ledger_lateposting_exception_fk foreign key (company_id, exception_id) references core_periodexception (company_id, id);
create trigger ledger_lateposting_keep before update or delete or truncate on ledger_lateposting
  for each statement execute function ledger_refuse();
revoke insert, update, delete, truncate on ledger_lateposting from arap_app;

-- Refuses dates that lie in no period, or in a closed one that is closed to who posts: a soft close lets in people of
-- some roles, an exception one person or all. Who posts is the actor of this transaction's posting: its company's last one,
-- because the company's row has been locked since. Holds the period against a close.
create or replace function ledger_require_open_period(p_company bigint, p_dates date[]) returns void
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare refused date; own record; closed boolean;
begin
  perform from core_period p
   where p.company_id = p_company and exists (select from unnest(p_dates) d where d between p.starts_on and p.ends_on)
   order by p.id for share;
  select exists (
    select from unnest(p_dates) d
     where not exists (select from core_period p where p.company_id = p_company and d between p.starts_on and p.ends_on and p.state = 'open'))
    into closed;
  if not closed then
    return;
  end if;
  select position, actor_id, made_by = pg_current_xact_id() as is_own into own
    from ledger_posting where company_id = p_company order by position desc limit 1;
  if not coalesce(own.is_own, false) then
    own.actor_id := null; own.position := null;
  end if;
  select d into refused from unnest(p_dates) d
   where not exists (
     select from core_period p
      where p.company_id = p_company and d between p.starts_on and p.ends_on
        and (p.state = 'open' or ledger_is_let_in(p, own.actor_id) or ledger_exception_for(p, own.actor_id) is not null))
   order by d limit 1;
  if found then
    raise exception 'The period of % is closed.', refused
      using errcode = 'AR001', detail = jsonb_build_object('code', 'period_closed', 'date', refused)::text;
  end if;
  insert into ledger_lateposting (company_id, position, period_id, exception_id)
  select p_company, own.position, p.id, case when not ledger_is_let_in(p, own.actor_id) then ledger_exception_for(p, own.actor_id) end
    from core_period p
   where p.company_id = p_company and p.state <> 'open' and own.position is not null
     and exists (select from unnest(p_dates) d where d between p.starts_on and p.ends_on)
  on conflict do nothing;
end $$;

create function ledger_is_let_in(p core_period, p_actor bigint) returns boolean language sql stable as $$
  select p.state = 'soft' and exists (
    select from core_membership m where m.company_id = p.company_id and m.user_id = p_actor and m.role = any(p.open_to))
$$;

-- The exception that lets somebody in: their own before one for all.
create function ledger_exception_for(p core_period, p_actor bigint) returns bigint language sql stable as $$
  select x.id from core_periodexception x
   where x.period_id = p.id and x.company_id = p.company_id and x.revoked_at is null and x.valid_until > now()
     and (x.granted_to_id is null or x.granted_to_id = p_actor)
   order by x.granted_to_id nulls last, x.id limit 1
$$;
