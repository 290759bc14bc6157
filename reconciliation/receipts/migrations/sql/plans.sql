alter table receipts_arrangement
    add constraint receipts_arrangement_fallback_fk foreign key (fallback_id) references ledger_document (id);

create or replace function receipts_arrangement_frozen() returns trigger language plpgsql as $$
declare step text[] := array['state', 'decided_by_id', 'decided_at', 'decision', 'document_id'];
begin
    if tg_op = 'UPDATE' then
        if (old.state, new.state) in (('requested', 'posted'), ('requested', 'rejected'))
           and (to_jsonb(new) - step) = (to_jsonb(old) - step) then
            return new;
        end if;
        if (old.state, new.state) in (('posted', 'reversed'), ('posted', 'broken'))
           and (to_jsonb(new) - array['state', 'fallback_id']) = (to_jsonb(old) - array['state', 'fallback_id']) then
            return new;
        end if;
    end if;
    raise exception 'Arrangement % is %: % is refused. Undo it instead.', old.id, old.state, lower(tg_op)
        using errcode = 'restrict_violation', constraint = 'receipts_arrangement_frozen';
end $$;

-- What is arranged is what the book says.
create or replace function receipts_arrangement_whole() returns trigger language plpgsql set enable_seqscan = off as $$
declare bad bigint;
begin
    select a.id into bad from changed a
      left join lateral (select * from ledger_item i where i.id = a.item_id offset 0) i on true
      left join lateral (select * from ledger_document d where d.id = a.document_id offset 0) d on true
     where i.company_id is distinct from a.company_id
        or (a.document_id is not null and (
              (d.company_id, d.kind, d.customer_id) is distinct from
                (a.company_id, case a.kind when 'plan' then 'reschedule' else a.kind::text end, coalesce(a.to_customer_id, i.customer_id))
              or (a.kind <> 'exchange' and (d.currency <> i.currency or abs(d.total) <> a.amount))
              or (a.kind = 'exchange' and d.total <> -(select sum(s.value::numeric) from jsonb_each_text(a.settles) s))
              or (a.kind = 'plan' and a.amount <> (select sum((s.value ->> 1)::numeric) from jsonb_array_elements(a.instalments) s))))
     limit 1;
    if found then
        raise exception 'Arrangement % differs from its item or its document in the book.', bad
            using errcode = 'restrict_violation', constraint = 'receipts_arrangement_equals_document';
    end if;
    return null;
end $$;
