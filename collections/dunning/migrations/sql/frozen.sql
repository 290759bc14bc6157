-- Nothing is decided, removed or written over afterwards, for whichever role: what a run decided is what it decided.

-- A notice, and what it states, is written in the transaction that decides its customer: then the run's mark still lies
-- before that customer, and it moves past it in the same transaction.
create function dunning_refuse_late() returns trigger
language plpgsql as $$
declare is_late boolean;
begin
    if tg_argv[0] = 'run' then
        select exists (
            select from fresh f join dunning_dunningrun r on r.id = f.run_id
             where r.state <> 'deciding' or r.decided_through >= f.customer_id) into is_late;
    else
        select exists (
            select from fresh f join dunning_notice n on n.id = f.notice_id join dunning_dunningrun r on r.id = n.run_id
             where r.state <> 'deciding' or r.decided_through >= n.customer_id) into is_late;
    end if;
    if is_late then
        raise exception 'what a run decided is never added to: % refused', tg_table_name
            using errcode = 'restrict_violation';
    end if;
    return null;
end
$$;

create trigger dunning_notice_fresh after insert on dunning_notice
    referencing new table as fresh for each statement execute function dunning_refuse_late('run');
create trigger dunning_skipped_fresh after insert on dunning_skipped
    referencing new table as fresh for each statement execute function dunning_refuse_late('run');
create trigger dunning_noticetotal_fresh after insert on dunning_noticetotal
    referencing new table as fresh for each statement execute function dunning_refuse_late('notice');
create trigger dunning_noticeitem_fresh after insert on dunning_noticeitem
    referencing new table as fresh for each statement execute function dunning_refuse_late('notice');

do $$
declare name text;
begin
  foreach name in array array['dunning_cycle', 'dunning_dunningrun', 'dunning_notice', 'dunning_noticetotal',
                              'dunning_noticeitem', 'dunning_skipped'] loop
    execute format('create trigger %I before delete or truncate on %I for each statement execute function dunning_refuse_change()',
                   name || '_keep', name);
    execute format('revoke delete, truncate on %I from arap_app', name);
  end loop;
end $$;
revoke update on dunning_noticetotal, dunning_skipped, dunning_noticeitem from arap_app;
grant update (announces) on dunning_noticeitem to arap_app;

create trigger dunning_skipped_frozen before update on dunning_skipped
    for each statement execute function dunning_refuse_change();
create trigger dunning_dunningrun_frozen before update on dunning_dunningrun
    for each row when (
        (new.company_id, new.as_of, new.position) is distinct from (old.company_id, old.as_of, old.position)
        or (old.state <> 'deciding' and (new.state = 'deciding' or new.decided_through <> old.decided_through)))
    execute function dunning_refuse_change();
create trigger dunning_cycle_frozen before update on dunning_cycle
    for each row when (
        (new.company_id, new.customer_id, new.started_on) is distinct from (old.company_id, old.customer_id, old.started_on))
    execute function dunning_refuse_change();
-- whose age decided is noted once
create trigger dunning_notice_said before update on dunning_notice
    for each row when (
        new.age_step is distinct from old.age_step
        or (old.item_count <> 0
            and (new.item_count, new.why_number, new.why_days)
                is distinct from (old.item_count, old.why_number, old.why_days)))
    execute function dunning_refuse_change();
