-- A row of one company cannot point at a row of another.
alter table receipts_arrangement
    add constraint receipts_arrangement_to_customer_fk
        foreign key (company_id, to_customer_id) references customers_customer (company_id, id),
    add constraint receipts_arrangement_item_fk foreign key (item_id) references ledger_item (id),
    add constraint receipts_arrangement_document_fk foreign key (document_id) references ledger_document (id);

create function receipts_arrangement_frozen() returns trigger language plpgsql as $$
declare step text[] := array['state', 'decided_by_id', 'decided_at', 'decision', 'document_id'];
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
    raise exception 'Arrangement % is %: % is refused. Undo it instead.', old.id, old.state, lower(tg_op)
        using errcode = 'restrict_violation', constraint = 'receipts_arrangement_frozen';
end $$;
create trigger receipts_arrangement_frozen before update or delete on receipts_arrangement
    for each row execute function receipts_arrangement_frozen();
create trigger receipts_arrangement_keep before truncate on receipts_arrangement
    for each statement execute function receipts_refuse();

-- What is arranged is what the book says.
create function receipts_arrangement_whole() returns trigger language plpgsql set enable_seqscan = off as $$
declare bad bigint;
begin
    select a.id into bad from changed a
      left join lateral (select * from ledger_item i where i.id = a.item_id offset 0) i on true
      left join lateral (select * from ledger_document d where d.id = a.document_id offset 0) d on true
     where i.company_id is distinct from a.company_id
        or (a.document_id is not null and (
              (d.company_id, d.kind, d.customer_id) is distinct from
                (a.company_id, a.kind::text, coalesce(a.to_customer_id, i.customer_id))
              or (a.kind <> 'exchange' and (d.currency <> i.currency or abs(d.total) <> a.amount))
              or (a.kind = 'exchange' and d.total <> -(select sum(s.value::numeric) from jsonb_each_text(a.settles) s))))
     limit 1;
    if found then
        raise exception 'Arrangement % differs from its item or its document in the book.', bad
            using errcode = 'restrict_violation', constraint = 'receipts_arrangement_equals_document';
    end if;
    return null;
end $$;
create trigger receipts_arrangement_whole_inserted after insert on receipts_arrangement
    referencing new table as changed for each statement execute function receipts_arrangement_whole();
create trigger receipts_arrangement_whole_updated after update on receipts_arrangement
    referencing new table as changed for each statement execute function receipts_arrangement_whole();
