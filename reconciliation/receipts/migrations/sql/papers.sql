-- A paper never changes, for whichever role, and names a receipt and a file of its own company.
alter table receipts_receiptpaper
    add constraint receipts_receiptpaper_receipt_fk
        foreign key (company_id, receipt_id) references receipts_receipt (company_id, id),
    add constraint receipts_receiptpaper_file_fk
        foreign key (company_id, file_id) references core_storedfile (company_id, id);

create function receipts_receiptpaper_refuse() returns trigger language plpgsql as $$
begin
    raise exception 'the paper of a receipt never changes: % refused', tg_op
        using errcode = 'restrict_violation', constraint = 'receipts_receiptpaper_frozen';
end $$;
create trigger receipts_receiptpaper_frozen before update or delete on receipts_receiptpaper
    for each row execute function receipts_receiptpaper_refuse();
create trigger receipts_receiptpaper_keep before truncate on receipts_receiptpaper
    for each statement execute function receipts_receiptpaper_refuse();
revoke update, delete, truncate on receipts_receiptpaper from arap_app;
