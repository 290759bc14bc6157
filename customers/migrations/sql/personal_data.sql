-- The log of who looked is only ever added to.
create function customers_accessentry_refuse() returns trigger language plpgsql as $$
begin
    raise exception 'the access log is append-only: % refused', tg_op using errcode = 'restrict_violation';
end $$;
create trigger customers_accessentry_append_only before update or delete on customers_accessentry
    for each row execute function customers_accessentry_refuse();
create trigger customers_accessentry_no_truncate before truncate on customers_accessentry
    for each statement execute function customers_accessentry_refuse();
revoke update, delete, truncate on customers_accessentry from arap_app;
alter table customers_accessentry add constraint customers_accessentry_customer_fk
    foreign key (company_id, customer_id) references customers_customer (company_id, id);

-- In the audit log the words about a person may be erased, never changed: that there was an act, when, by whom and on
-- which fields stays.
create function core_words_erased(words jsonb) returns jsonb language sql immutable as $$
    select coalesce((
        select jsonb_object_agg(key, case
            when key in ('name', 'email', 'phone', 'text', 'file') and value not in ('""', 'null') then '"[erased]"'::jsonb
            else value end)
          from jsonb_each(words)), words)
$$;
create or replace function core_auditentry_refuse() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' and old.object_type in ('customers.contact', 'customers.note')
       and (to_jsonb(new) - '{before,after}'::text[]) = (to_jsonb(old) - '{before,after}'::text[])
       and new.before is not distinct from core_words_erased(old.before)
       and new.after is not distinct from core_words_erased(old.after) then
        return new;
    end if;
    raise exception 'the audit log is append-only: % refused', tg_op using errcode = 'restrict_violation';
end $$;

-- A note is never edited; its words and its file may be erased, once.
drop trigger customers_note_frozen on customers_note;
create trigger customers_note_frozen before update on customers_note
    for each row when (
        (new.id, new.company_id, new.customer_id, new.written_at)
        is distinct from (old.id, old.company_id, old.customer_id, old.written_at)
        or new.written_by_id is distinct from old.written_by_id
        or (old.erased_at is null and new.erased_at is null
            and (new.text <> old.text or new.file_id is distinct from old.file_id))
        or (new.erased_at is not null and (new.text <> '' or new.file_id is not null))
        or (old.erased_at is not null and new.erased_at is distinct from old.erased_at)
        or (old.withdrawn_at is not null
            and (new.withdrawn_at, new.withdrawn_by_id) is distinct from (old.withdrawn_at, old.withdrawn_by_id)))
    execute function customers_note_refuse_change();

-- What the application may erase, though it may not update or delete it: the words of notes with their files, and of the
-- audit log what was said of contacts and notes.
create function customers_erase_notes(p_company bigint, p_ids bigint[]) returns integer
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare doomed bigint[]; erased integer;
begin
    select array_agg(file_id) into doomed from customers_note
     where company_id = p_company and id = any(p_ids) and file_id is not null and erased_at is null;
    update customers_note set text = '', file_id = null, erased_at = now()
     where company_id = p_company and id = any(p_ids) and erased_at is null;
    get diagnostics erased = row_count;
    delete from core_storedfile where company_id = p_company and id = any(doomed);
    return erased;
end $$;
create function customers_erase_said(p_company bigint, p_type text, p_ids text[]) returns void
language sql security definer set search_path = pg_catalog, public, pg_temp as $$
    update core_auditentry
       set before = core_words_erased(before), after = core_words_erased(after)
     where company_id = p_company and object_type = p_type and object_id = any(p_ids)
       and p_type in ('customers.contact', 'customers.note')
$$;
revoke all on function customers_erase_notes(bigint, bigint[]), customers_erase_said(bigint, text, text[]) from public;
grant execute on function customers_erase_notes(bigint, bigint[]), customers_erase_said(bigint, text, text[]) to arap_app;
