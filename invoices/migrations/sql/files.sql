-- A file of an invoice is kept for good; taking it off only sets when. It names an invoice and a file of its own company.
alter table invoices_invoicefile
    add constraint invoices_invoicefile_invoice_fk
        foreign key (company_id, invoice_id) references invoices_invoice (company_id, id),
    add constraint invoices_invoicefile_file_fk
        foreign key (company_id, file_id) references core_storedfile (company_id, id);

create function invoices_invoicefile_frozen() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' and (to_jsonb(new) - 'removed_at') = (to_jsonb(old) - 'removed_at') then
        return new;
    end if;
    raise exception 'a file of an invoice is kept: % refused', tg_op
        using errcode = 'restrict_violation', constraint = 'invoices_invoicefile_frozen';
end $$;
create trigger invoices_invoicefile_frozen before update or delete on invoices_invoicefile
    for each row execute function invoices_invoicefile_frozen();
create trigger invoices_invoicefile_keep before truncate on invoices_invoicefile
    for each statement execute function invoices_invoicefile_frozen();
