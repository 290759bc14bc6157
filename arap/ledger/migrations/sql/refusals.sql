-- The book is append-only for every role. The one exception is ledger_entry's trigger, which alone writes the derived
-- columns of ledger_item (and ledger_posting's, the position of ledger_book): an update made by a trigger has a trigger
-- depth of one, a direct update has zero. What is a fact is not updated at any depth.
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
    execute format('create trigger %I before update %s on %I for each statement execute function ledger_refuse()', name || '_frozen',
                   case when name = 'ledger_item' then 'of id, company_id, position, document_id, line, account_id, customer_id, currency,
                     amount, base_amount, posted_on, document_on, due_on, original_due_on, aged_from_on, origin_item_id' else '' end, name);
    execute format('revoke update, delete, truncate on %I from arap_app', name);
  end loop;
end $$;

create trigger ledger_item_derived before update on ledger_item for each statement when (pg_trigger_depth() = 0) execute function ledger_refuse();

-- An account can be renamed and renumbered; what it is to the book it keeps, for all that was posted on it.
create function ledger_account_refuse() returns trigger language plpgsql as $$
begin
  raise exception 'Account % keeps its company, its role and whether it is a control account.', old.code using errcode = 'restrict_violation';
end $$;
create trigger ledger_account_keeps before update on ledger_account for each row
  when ((old.company_id, old.role, old.is_control) is distinct from (new.company_id, new.role, new.is_control))
  execute function ledger_account_refuse();

-- words may be erased with their salt (personal data), never changed
create trigger ledger_documenttext_frozen before update on ledger_documenttext for each statement execute function ledger_refuse();
create trigger ledger_documenttext_keep before truncate on ledger_documenttext for each statement execute function ledger_refuse();
create trigger ledger_book_keep before delete or truncate on ledger_book for each statement execute function ledger_refuse();
create trigger ledger_book_frozen before update on ledger_book for each statement when (pg_trigger_depth() = 0) execute function ledger_refuse();
revoke update, delete, truncate on ledger_documenttext from arap_app;
revoke insert, update, delete, truncate on ledger_book from arap_app;
