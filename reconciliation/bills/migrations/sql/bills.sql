-- A row of one company cannot point at a row of another.
alter table bills_bill
    add constraint bills_bill_customer_fk foreign key (company_id, customer_id) references customers_customer (company_id, id),
    add constraint bills_bill_document_fk foreign key (document_id) references ledger_document (id),
    add constraint bills_bill_item_fk foreign key (item_id) references ledger_item (id),
    add constraint bills_bill_parent_fk foreign key (company_id, parent_id) references bills_bill (company_id, id);
alter table bills_billevent
    add constraint bills_billevent_bill_fk foreign key (company_id, bill_id) references bills_bill (company_id, id),
    add constraint bills_billevent_document_fk foreign key (document_id) references ledger_document (id),
    add constraint bills_billevent_item_before_fk foreign key (item_before_id) references ledger_item (id),
    add constraint bills_billevent_undoes_fk foreign key (company_id, undoes_id) references bills_billevent (company_id, id);

-- What a bill says never changes; what is done with it does.
create function bills_bill_frozen() returns trigger language plpgsql as $$
declare step text[] := array['state', 'with_recourse', 'item_id'];
begin
    if tg_op = 'UPDATE' and (to_jsonb(new) - step) = (to_jsonb(old) - step) then
        return new;
    end if;
    raise exception 'Bill % is registered: % is refused. Undo it instead.', old.number, lower(tg_op)
        using errcode = 'restrict_violation', constraint = 'bills_bill_frozen';
end $$;
create trigger bills_bill_frozen before update or delete on bills_bill for each row execute function bills_bill_frozen();
create trigger bills_bill_keep before truncate on bills_bill for each statement execute function receipts_refuse();
create trigger bills_billevent_keep before update or delete or truncate on bills_billevent
    for each statement execute function receipts_refuse();
revoke update, delete, truncate on bills_billevent from arap_app;

-- The claim of a bill is a claim of its company, its customer, its currency and its amount, on the account of bills.
create function bills_bill_whole() returns trigger language plpgsql set enable_seqscan = off as $$
declare bad text;
begin
    select b.number into bad from changed b
      left join lateral (select i.*, a.role from ledger_item i join ledger_account a on a.id = i.account_id where i.id = b.item_id offset 0) i on true
      left join lateral (select * from ledger_document d where d.id = b.document_id offset 0) d on true
     where (i.company_id, i.customer_id, i.currency, i.amount, i.role) is distinct from
           (b.company_id, b.customer_id, b.currency, b.amount, 'bills')
        or (d.company_id, d.kind) is distinct from (b.company_id, 'bill')
     limit 1;
    if found then
        raise exception 'Bill % differs from its claim in the book.', bad
            using errcode = 'restrict_violation', constraint = 'bills_bill_equals_item';
    end if;
    return null;
end $$;
create trigger bills_bill_whole_inserted after insert on bills_bill
    referencing new table as changed for each statement execute function bills_bill_whole();
create trigger bills_bill_whole_updated after update on bills_bill
    referencing new table as changed for each statement execute function bills_bill_whole();
