-- What an identification undoes is one of the same company.
alter table receipts_receiptidentification
    add constraint receipts_receiptidentification_undoes_fk
        foreign key (company_id, undoes_id) references receipts_receiptidentification (company_id, id);

-- An identification is a transfer in the book that opened the same amount for its customer, or, where it undoes another
-- of the same receipt and amount, on the account of unidentified money.
create or replace function receipts_identification_whole() returns trigger language plpgsql set enable_seqscan = off as $$
declare bad bigint;
begin
    select n.id into bad from added n
      left join lateral (select d.id from ledger_document d
                          where d.id = n.document_id and d.company_id = n.company_id and d.kind = 'transfer' offset 0) d
        on true
      left join receipts_receiptidentification o on o.id = n.undoes_id
     where (select sum(-i.amount) from ledger_item i
             where i.document_id = d.id and i.customer_id is not distinct from n.customer_id)
           is distinct from n.amount
        or (n.undoes_id is not null and (o.receipt_id, o.amount) is distinct from (n.receipt_id, n.amount))
     limit 1;
    if found then
        raise exception 'Identification % differs from its document in the book.', bad
            using errcode = 'restrict_violation', constraint = 'receipts_identification_equals_document';
    end if;
    return null;
end $$;

-- What is typed into the filter of the list is found within payers' names and words. Spelled as the lookups spell it.
create extension if not exists pg_trgm;
create index receipts_receipt_words on receipts_receipt
    using gin (upper(payer_name::text) gin_trgm_ops, upper(remittance::text) gin_trgm_ops);
