-- Invoices of one item each in three currencies, at rates of their own day.
insert into book_document (ref, kind, customer_id, currency, rate, total, document_on, posted_on)
select n, 'invoice', customer_id, (array['USD', 'EUR', 'JPY'])[1 + n %% 3], (array[7.1 + n %% 100 * 0.001, 7.7, 0.0469])[1 + n %% 3], ceil(total), on_date, on_date
  from bench_invoice where n between %(first)s and %(last)s;
insert into book_item (ref, line, account_id, customer_id, amount, due_on)
select n, 1, %(receivable)s, customer_id, ceil(total), due_on from bench_invoice where n between %(first)s and %(last)s;
insert into book_line (ref, line, account_id, amount)
select n, 1, %(revenue)s, -ceil(total) from bench_invoice where n between %(first)s and %(last)s
