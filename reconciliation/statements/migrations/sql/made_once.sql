-- What a statement says is added in the transaction that makes it and never after: a line or a balance that came later
-- would make the record say what the paper in the customer's hands does not.
alter table statements_statement add column made_in xid8 not null default pg_current_xact_id();

create function statements_note_maker() returns trigger language plpgsql as $$
begin
    new.made_in := pg_current_xact_id();
    return new;
end
$$;
create trigger statements_statement_maker before insert on statements_statement
    for each row execute function statements_note_maker();

create trigger statements_statement_maker_frozen before update on statements_statement
    for each row when (new.made_in is distinct from old.made_in) execute function statements_refuse();

create function statements_require_own() returns trigger language plpgsql as $$
declare bad bigint;
begin
    select a.statement_id into bad from added a
     where not exists (select from statements_statement s where s.id = a.statement_id and s.made_in = pg_current_xact_id())
     limit 1;
    if found then
        raise exception 'a statement never changes: nothing is added to % in %', bad, tg_table_name
            using errcode = 'restrict_violation';
    end if;
    return null;
end
$$;
create trigger statements_balance_made_once after insert on statements_statementbalance
    referencing new table as added for each statement execute function statements_require_own();
create trigger statements_line_made_once after insert on statements_statementline
    referencing new table as added for each statement execute function statements_require_own();

-- A run, whom it left out and what it had to come to are kept with its statements.
alter table statements_statementruntotal add constraint statements_total_run_fk
    foreign key (company_id, run_id) references statements_statementrun (company_id, id);
do $$
declare name text;
begin
  foreach name in array array['statements_statementrun', 'statements_statementskipped', 'statements_statementruntotal'] loop
    execute format('create trigger %I before delete or truncate on %I for each statement execute function statements_refuse()',
                   name || '_keep', name);
    execute format('revoke delete, truncate on %I from arap_app', name);
  end loop;
  foreach name in array array['statements_statementskipped', 'statements_statementruntotal'] loop
    execute format('create trigger %I before update on %I for each statement execute function statements_refuse()',
                   name || '_frozen', name);
    execute format('revoke update on %I from arap_app', name);
  end loop;
end $$;
