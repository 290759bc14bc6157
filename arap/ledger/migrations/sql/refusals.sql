-- The book is append-only for every role. The one exception is ledger_entry's trigger, which alone writes the derived
-- columns of ledger_item: an update made by a trigger has a trigger depth of one, a direct update has zero.
create function ledger_refuse() returns trigger language plpgsql as $$
begin
  raise exception 'The book is append-only: % of % is refused. Correct a mistake by a new fact that reverses it.', tg_op, tg_table_name
    using errcode = 'restrict_violation';
end $$;

do $$
declare name text;
begin
  foreach name in array array['ledger_posting', 'ledger_document', 'ledger_item', 'ledger_application', 'ledger_entry',
                              'ledger_journalline', 'ledger_seal'] loop
    execute format('create trigger %I before delete or truncate on %I for each statement execute function ledger_refuse()',
                   name || '_keep', name);
    execute format('create trigger %I before update on %I for each statement when (pg_trigger_depth() = 0) execute function ledger_refuse()',
                   name || '_frozen', name);
    execute format('revoke update, delete, truncate on %I from arap_app', name);
  end loop;
end $$;

-- words may be erased with their salt (personal data), never changed
create trigger ledger_documenttext_frozen before update on ledger_documenttext for each statement execute function ledger_refuse();
create trigger ledger_documenttext_keep before truncate on ledger_documenttext for each statement execute function ledger_refuse();
create trigger ledger_book_keep before delete or truncate on ledger_book for each statement execute function ledger_refuse();
create trigger ledger_book_frozen before update on ledger_book for each statement when (pg_trigger_depth() = 0) execute function ledger_refuse();
revoke update, delete, truncate on ledger_documenttext from arap_app;
revoke insert, update, delete, truncate on ledger_book from arap_app;
