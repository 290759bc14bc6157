create extension if not exists pg_trgm;

-- Searching by any part of code, name, tax number, initials, and of a contact's name, address and telephone. The
-- expressions stand once more in customers/searching.py: only the same ones use these indexes.
create index customers_customer_search on customers_customer using gin
    (lower(code || ' ' || name || ' ' || name_local || ' ' || tax_id || ' ' || initials || ' ' || phone) gin_trgm_ops);
create index customers_contact_search on customers_contact using gin
    (lower(name || ' ' || email || ' ' || phone) gin_trgm_ops);
create index customers_customer_tax_id on customers_customer (company_id, upper(tax_id)) where tax_id <> '';

-- The name without what says nothing about whose it is: case, spaces, punctuation, the legal form. Two customers with one
-- key are likely one (queries/duplicates.py).
alter table customers_customer add column name_key text generated always as (
    regexp_replace(regexp_replace(lower(name),
        '(co[., ]+ltd|company|limited|ltd|inc|llc|gmbh|corporation|corp|s\.?a\.?s|s\.?r\.?l|s\.?p\.?a|b\.?v|k\.?k)\.?$', ''),
        '(股份有限公司|有限责任公司|有限公司|公司)$|[[:space:][:punct:]（）《》“”、，。·]', '', 'g')) stored;
create index customers_customer_name_key on customers_customer (company_id, name_key) where name_key <> '';

-- A row of one company cannot point at a row of another.
alter table customers_customer
    add constraint customers_customer_merged_fk
        foreign key (company_id, merged_into_id) references customers_customer (company_id, id),
    add constraint customers_customer_merged_elsewhere check (merged_into_id <> id);
alter table customers_note
    add constraint customers_note_customer_fk
        foreign key (company_id, customer_id) references customers_customer (company_id, id),
    add constraint customers_note_file_fk
        foreign key (company_id, file_id) references core_storedfile (company_id, id);

-- One step leads from a duplicate to the customer it stands for, never two: whoever is merged has nobody merged into it.
create function customers_customer_check_merge() returns trigger
language plpgsql as $$
begin
    if new.merged_into_id is null then
        return new;
    end if;
    perform pg_advisory_xact_lock(hashtextextended('customers_customer tree', new.company_id));
    if exists (select from customers_customer where id = new.merged_into_id and merged_into_id is not null)
        or exists (select from customers_customer where merged_into_id = new.id) then
        raise exception 'customer % cannot be merged in a chain', new.id
            using errcode = 'check_violation', constraint = 'customers_customer_merged_once';
    end if;
    return new;
end
$$;
create trigger customers_customer_merge before insert or update of merged_into_id
    on customers_customer for each row execute function customers_customer_check_merge();

-- A note is never edited, for whichever role: it is withdrawn once, and another one is written.
create function customers_note_refuse_change() returns trigger
language plpgsql as $$
begin
    raise exception 'a note is never changed: % refused', tg_op using errcode = 'restrict_violation';
end
$$;
create trigger customers_note_frozen before update on customers_note
    for each row when (
        (new.id, new.company_id, new.customer_id, new.text, new.written_at)
        is distinct from (old.id, old.company_id, old.customer_id, old.text, old.written_at)
        or new.file_id is distinct from old.file_id or new.written_by_id is distinct from old.written_by_id
        or (old.withdrawn_at is not null
            and (new.withdrawn_at, new.withdrawn_by_id) is distinct from (old.withdrawn_at, old.withdrawn_by_id)))
    execute function customers_note_refuse_change();
create trigger customers_note_keep before delete or truncate on customers_note
    for each statement execute function customers_note_refuse_change();
revoke delete, truncate, update on customers_note from arap_app;
grant update (withdrawn_at, withdrawn_by_id) on customers_note to arap_app;
