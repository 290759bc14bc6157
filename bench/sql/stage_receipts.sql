insert into book_document (ref, kind, customer_id, currency, rate, total, document_on, posted_on)
select r, 'receipt', customer_id, 'CNY', 1, -amount, on_date, on_date from bench_receipt where r between %(first)s and %(last)s;
insert into book_item (ref, line, account_id, customer_id, amount, due_on)
select r, 1, %(receivable)s, customer_id, -amount, on_date from bench_receipt where r between %(first)s and %(last)s;
insert into book_line (ref, line, account_id, amount)
select r, 1, %(bank)s, amount from bench_receipt where r between %(first)s and %(last)s
