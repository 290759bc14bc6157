-- The item of each invoice that was posted, so that the receipts of the source find it.
insert into bench_item
select i.order_number::int, t.id from invoices_invoice i join ledger_item t on t.document_id = i.document_id
 where i.company_id = %(company)s;
analyze bench_item
