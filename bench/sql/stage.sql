-- The product's way in: fill the staging tables from a source, then let the book post them.
insert into book_document (ref, kind, customer_id, currency, rate, total, document_on, posted_on)
select n, 'invoice', customer_id, 'CNY', 1, total, on_date, on_date from bench_invoice where n between %(first)s and %(last)s;
insert into book_item (ref, line, account_id, customer_id, amount, due_on)
select n, 1, %(receivable)s, customer_id, total, due_on from bench_invoice where n between %(first)s and %(last)s;
insert into book_line (ref, line, account_id, amount)
select n, 1, %(revenue)s, -net from bench_invoice where n between %(first)s and %(last)s
union all select n, 2, %(output_tax)s, -tax from bench_invoice where n between %(first)s and %(last)s and tax <> 0
