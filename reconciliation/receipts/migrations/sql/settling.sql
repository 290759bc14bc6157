-- Policies and allowances name rows of their own company.
alter table receipts_discountpolicy
    add constraint receipts_discountpolicy_terms_fk
        foreign key (company_id, terms_id) references customers_paymentterms (company_id, id);
alter table receipts_allowance
    add constraint receipts_allowance_receipt_fk
        foreign key (company_id, receipt_id) references receipts_receipt (company_id, id),
    add constraint receipts_allowance_document_fk foreign key (document_id) references ledger_document (id),
    add constraint receipts_allowance_application_fk foreign key (application_id) references ledger_application (id),
    add constraint receipts_allowance_item_fk foreign key (item_id) references ledger_item (id);

create trigger receipts_allowance_keep before update or delete or truncate on receipts_allowance
    for each statement execute function receipts_refuse();
revoke update, delete, truncate on receipts_allowance from arap_app;

-- What was let off is what its document says, and was applied in the act that it names.
create function receipts_allowance_whole() returns trigger language plpgsql set enable_seqscan = off as $$
declare bad bigint;
begin
    select n.id into bad from added n
      left join lateral (select * from ledger_document d where d.id = n.document_id offset 0) d on true
      left join lateral (select sum(e.amount) as amount from ledger_entry e
                           join ledger_item i on i.id = e.item_id
                          where i.document_id = d.id and e.application_id = n.application_id) e on true
      left join lateral (select i.company_id, i.currency from ledger_item i where i.id = n.item_id offset 0) i on true
     where (d.company_id, d.total) is distinct from
           (n.company_id, case when n.kind = 'over' then n.amount else -n.amount end)
        or d.kind <> case n.kind when 'short' then 'write_off' when 'over' then 'write_off' else n.kind end
        or e.amount is distinct from -d.total
        or (n.item_id is not null and (i.company_id, i.currency) is distinct from (n.company_id, d.currency))
     limit 1;
    if found then
        raise exception 'Allowance % differs from its document in the book.', bad
            using errcode = 'restrict_violation', constraint = 'receipts_allowance_equals_document';
    end if;
    return null;
end $$;
create trigger receipts_allowance_whole after insert on receipts_allowance
    referencing new table as added for each statement execute function receipts_allowance_whole();
