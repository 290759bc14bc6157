-- What a statement says never changes, for whichever role: another date, figure or name is another statement. Its PDF is
-- set once; to whom it goes and how far the PDF is may change.
create function statements_refuse() returns trigger language plpgsql as $$
begin
    raise exception 'a statement never changes: % of % refused', tg_op, tg_table_name using errcode = 'restrict_violation';
end
$$;

create trigger statements_statement_frozen before update on statements_statement
    for each row when (
        (new.id, new.company_id, new.number, new.customer_id, new.kind, new.as_of, new.language, new.position,
         new.known_at, new.reply_by_on, new.printed, new.digest, new.made_at)
        is distinct from
        (old.id, old.company_id, old.number, old.customer_id, old.kind, old.as_of, old.language, old.position,
         old.known_at, old.reply_by_on, old.printed, old.digest, old.made_at)
        or new.run_id is distinct from old.run_id or new.from_on is distinct from old.from_on
        or new.made_by_id is distinct from old.made_by_id
        or (old.file_id is not null and new.file_id is distinct from old.file_id))
    execute function statements_refuse();
create trigger statements_balance_frozen before update on statements_statementbalance
    for each statement execute function statements_refuse();
create trigger statements_line_frozen before update on statements_statementline
    for each statement execute function statements_refuse();

do $$
declare name text;
begin
  foreach name in array array['statements_statement', 'statements_statementbalance', 'statements_statementline'] loop
    execute format('create trigger %I before delete or truncate on %I for each statement execute function statements_refuse()',
                   name || '_keep', name);
    execute format('revoke delete, truncate on %I from arap_app', name);
  end loop;
end $$;
revoke update on statements_statementbalance, statements_statementline from arap_app;

-- A run keeps what it is of, too.
create trigger statements_run_frozen before update on statements_statementrun
    for each row when (
        (new.company_id, new.as_of, new.kind, new.language, new.segment, new.position, new.known_at, new.reply_by_on)
        is distinct from
        (old.company_id, old.as_of, old.kind, old.language, old.segment, old.position, old.known_at, old.reply_by_on)
        or new.from_on is distinct from old.from_on)
    execute function statements_refuse();
