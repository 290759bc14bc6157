-- A debit note adds to a posted invoice of the same company, customer and currency.
alter table invoices_invoice add constraint invoices_invoice_adds_to_fk
    foreign key (company_id, adds_to_id) references invoices_invoice (company_id, id);

-- Drafts too: what is posted never becomes a draft again, so what was checked once holds.
create function invoices_invoice_adds() returns trigger language plpgsql set enable_seqscan = off as $$
declare bad bigint;
begin
    if not exists (select from changed where adds_to_id is not null) then
        return null;
    end if;
    select i.id into bad from changed i
     cross join lateral (select * from invoices_invoice x where x.id = i.adds_to_id offset 0) o
     where o.state = 'draft' or o.kind <> 'invoice' or (o.customer_id, o.currency) <> (i.customer_id, i.currency)
     limit 1;
    if found then
        raise exception 'Debit note % does not add to a posted invoice of its customer and currency.', bad
            using errcode = 'restrict_violation', constraint = 'invoices_invoice_adds_to_posted';
    end if;
    return null;
end $$;
create trigger invoices_invoice_adds_inserted after insert on invoices_invoice
    referencing new table as changed for each statement execute function invoices_invoice_adds();
create trigger invoices_invoice_adds_updated after update on invoices_invoice
    referencing new table as changed for each statement execute function invoices_invoice_adds();
