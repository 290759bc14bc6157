-- Drafts of %(size)s invoices of three lines each, as the editor leaves them.
create temp table bench_draft as
with made as (
  insert into invoices_invoice (company_id, customer_id, currency, issued_on, order_number, net_total, tax_total, total)
  select %(company)s, customer_id, 'CNY', on_date, n::text, net, tax, total from bench_invoice where n <= %(size)s order by n
  returning id, order_number
)
select order_number::int as n, id as invoice_id from made;
create unique index on bench_draft (n);
insert into invoices_invoiceline (company_id, invoice_id, line, description, unit_price, tax_rate, net, tax)
select %(company)s, d.invoice_id, v.line, 'Item ' || v.line, v.net, 13, v.net, case v.line when 3 then b.tax else 0 end
  from bench_draft d join bench_invoice b using (n),
       lateral (values (1, round(b.net / 3, 2)), (2, round(b.net / 3, 2)), (3, b.net - 2 * round(b.net / 3, 2))) v (line, net);
insert into invoices_invoiceinstalment (company_id, invoice_id, line, due_on, amount)
select %(company)s, d.invoice_id, 1, b.due_on, b.total from bench_draft d join bench_invoice b using (n);
analyze bench_draft
