-- A row of one company cannot point at a row of another.
alter table receipts_writeoff
    add constraint receipts_writeoff_evidence_fk
        foreign key (company_id, evidence_id) references core_storedfile (company_id, id),
    add constraint receipts_writeoff_item_fk foreign key (item_id) references ledger_item (id),
    add constraint receipts_writeoff_document_fk foreign key (document_id) references ledger_document (id);
alter table receipts_recovery
    add constraint receipts_recovery_write_off_fk
        foreign key (company_id, write_off_id) references receipts_writeoff (company_id, id),
    add constraint receipts_recovery_document_fk foreign key (document_id) references ledger_document (id);

create function receipts_writeoff_frozen() returns trigger language plpgsql as $$
declare step text[] := array['state', 'decided_by_id', 'decided_at', 'decision', 'document_id', 'tax'];
begin
    if tg_op = 'UPDATE' then
        if (old.state, new.state) in (('requested', 'posted'), ('requested', 'rejected'))
           and (to_jsonb(new) - step) = (to_jsonb(old) - step) then
            return new;
        end if;
        if (old.state, new.state) = ('posted', 'reversed')
           and (to_jsonb(new) - array['state']) = (to_jsonb(old) - array['state']) then
            return new;
        end if;
    end if;
    raise exception 'Write-off % is %: % is refused. Undo it instead.', old.id, old.state, lower(tg_op)
        using errcode = 'restrict_violation', constraint = 'receipts_writeoff_frozen';
end $$;
create trigger receipts_writeoff_frozen before update or delete on receipts_writeoff
    for each row execute function receipts_writeoff_frozen();
create trigger receipts_writeoff_keep before truncate on receipts_writeoff
    for each statement execute function receipts_refuse();
create trigger receipts_recovery_keep before update or delete or truncate on receipts_recovery
    for each statement execute function receipts_refuse();
revoke update, delete, truncate on receipts_recovery from arap_app;

-- What is written off and what is recovered is what the book says, and no more is recovered than was written off.
create function receipts_writeoff_whole() returns trigger language plpgsql set enable_seqscan = off as $$
declare bad bigint;
begin
    select w.id into bad from changed w
      left join lateral (select * from ledger_item i where i.id = w.item_id offset 0) i on true
      left join lateral (select * from ledger_document d where d.id = w.document_id offset 0) d on true
     where i.company_id is distinct from w.company_id or i.amount < 0
        or (w.document_id is not null and (d.company_id, d.kind, d.customer_id, d.currency, d.total) is distinct from
            (w.company_id, 'write_off', i.customer_id, i.currency, -w.amount))
     limit 1;
    if found then
        raise exception 'Write-off % differs from its item or its document in the book.', bad
            using errcode = 'restrict_violation', constraint = 'receipts_writeoff_equals_document';
    end if;
    return null;
end $$;
create trigger receipts_writeoff_whole_inserted after insert on receipts_writeoff
    referencing new table as changed for each statement execute function receipts_writeoff_whole();
create trigger receipts_writeoff_whole_updated after update on receipts_writeoff
    referencing new table as changed for each statement execute function receipts_writeoff_whole();

create function receipts_recovery_whole() returns trigger language plpgsql set enable_seqscan = off as $$
declare bad bigint;
begin
    select r.id into bad from added r
      left join lateral (select * from ledger_document d where d.id = r.document_id offset 0) d on true
     where (d.company_id, d.kind, d.total) is distinct from (r.company_id, 'recovery', r.amount) limit 1;
    if found then
        raise exception 'Recovery % differs from its document in the book.', bad
            using errcode = 'restrict_violation', constraint = 'receipts_recovery_equals_document';
    end if;
    return null;
end $$;
create trigger receipts_recovery_whole after insert on receipts_recovery
    referencing new table as added for each statement execute function receipts_recovery_whole();
