-- A row of one company cannot point at a row of another.
alter table receipts_receipt
    add constraint receipts_receipt_customer_fk
        foreign key (company_id, customer_id) references customers_customer (company_id, id),
    add constraint receipts_receipt_bank_account_fk
        foreign key (company_id, bank_account_id) references core_companybankaccount (company_id, id);
alter table receipts_receiptidentification
    add constraint receipts_receiptidentification_receipt_fk
        foreign key (company_id, receipt_id) references receipts_receipt (company_id, id),
    add constraint receipts_receiptidentification_customer_fk
        foreign key (company_id, customer_id) references customers_customer (company_id, id);

-- Steps of a receipt's life; once it is in the book, all else is frozen. The payer's words may be erased (personal data),
-- never changed.
create function receipts_receipt_frozen() returns trigger language plpgsql as $$
declare
    words text[] := array['payer_name', 'payer_account', 'remittance'];
    step text[] := array['state'];
begin
    if tg_op = 'UPDATE' then
        if old.state = 'recorded' and new.state in ('recorded', 'confirmed', 'rejected') then
            return new;
        end if;
        if (old.state = new.state or (old.state, new.state) = ('confirmed', 'reversed'))
           and (to_jsonb(new) - words - step) = (to_jsonb(old) - words - step)
           and new.payer_name in ('', old.payer_name) and new.payer_account in ('', old.payer_account)
           and new.remittance in ('', old.remittance) then
            return new;
        end if;
    end if;
    raise exception 'Receipt % is %: % is refused. Reverse it instead.', old.id, old.state, lower(tg_op)
        using errcode = 'restrict_violation', constraint = 'receipts_receipt_frozen';
end $$;
create trigger receipts_receipt_frozen before update or delete on receipts_receipt
    for each row execute function receipts_receipt_frozen();

create function receipts_refuse() returns trigger language plpgsql as $$
begin
    raise exception 'Receipts are kept: % of % is refused.', lower(tg_op), tg_table_name using errcode = 'restrict_violation';
end $$;
create trigger receipts_receipt_keep before truncate on receipts_receipt
    for each statement execute function receipts_refuse();
create trigger receipts_receiptidentification_keep before update or delete or truncate on receipts_receiptidentification
    for each statement execute function receipts_refuse();

-- What is in the book says what the book says.
create function receipts_receipt_whole() returns trigger language plpgsql set enable_seqscan = off as $$
declare bad bigint;
begin
    -- looked up by key, whatever the tables' size was when this was first planned
    select r.id into bad from changed r
      left join lateral (select * from ledger_document d where d.id = r.document_id offset 0) d on true
     where r.document_id is not null
       and (d.company_id, d.kind, d.customer_id, d.currency, d.rate, d.document_on, d.posted_on, d.total) is distinct from
           (r.company_id, 'receipt', r.customer_id, r.currency, r.rate, r.received_on, r.posted_on, -r.amount)
     limit 1;
    if found then
        raise exception 'Receipt % differs from its document in the book.', bad
            using errcode = 'restrict_violation', constraint = 'receipts_receipt_equals_document';
    end if;
    return null;
end $$;
create trigger receipts_receipt_whole_inserted after insert on receipts_receipt
    referencing new table as changed for each statement execute function receipts_receipt_whole();
create trigger receipts_receipt_whole_updated after update on receipts_receipt
    referencing new table as changed for each statement execute function receipts_receipt_whole();

-- An identification is a transfer in the book that opened the same amount for its customer.
create function receipts_identification_whole() returns trigger language plpgsql set enable_seqscan = off as $$
declare bad bigint;
begin
    select n.id into bad from added n
      left join lateral (select d.id from ledger_document d
                          where d.id = n.document_id and d.company_id = n.company_id and d.kind = 'transfer' offset 0) d
        on true
     where (select sum(-i.amount) from ledger_item i where i.document_id = d.id and i.customer_id = n.customer_id)
           is distinct from n.amount
     limit 1;
    if found then
        raise exception 'Identification % differs from its document in the book.', bad
            using errcode = 'restrict_violation', constraint = 'receipts_identification_equals_document';
    end if;
    return null;
end $$;
create trigger receipts_identification_whole after insert on receipts_receiptidentification
    referencing new table as added for each statement execute function receipts_identification_whole();
