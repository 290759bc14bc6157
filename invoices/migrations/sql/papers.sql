-- A paper never changes, for whichever role, and names a invoice and a file of its own company.
alter table invoices_invoicepaper
    add constraint invoices_invoicepaper_invoice_fk
        foreign key (company_id, invoice_id) references invoices_invoice (company_id, id),
    add constraint invoices_invoicepaper_file_fk
        foreign key (company_id, file_id) references core_storedfile (company_id, id);

create function invoices_invoicepaper_refuse() returns trigger language plpgsql as $$
begin
    raise exception 'the paper of a invoice never changes: % refused', tg_op
        using errcode = 'restrict_violation', constraint = 'invoices_invoicepaper_frozen';
end $$;
create trigger invoices_invoicepaper_frozen before update or delete on invoices_invoicepaper
    for each row execute function invoices_invoicepaper_refuse();
create trigger invoices_invoicepaper_keep before truncate on invoices_invoicepaper
    for each statement execute function invoices_invoicepaper_refuse();
revoke update, delete, truncate on invoices_invoicepaper from arap_app;
