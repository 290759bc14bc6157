-- The limit: the same rows by hand, straight into the book's tables, triggers on, one statement for a chunk.
with numbers as (
  insert into core_numberseries as s (company_id, kind, year, prefix, last_number)
  select %(company)s, 'invoice', extract(year from on_date)::int, 'INV', count(*)
    from bench_invoice where n between %(first)s and %(last)s group by 3 order by 3
  on conflict (company_id, kind, year) do update set last_number = s.last_number + excluded.last_number returning year, last_number
), posting as (
  insert into ledger_posting (company_id, position, verb) values (%(company)s, 0, 'bench') returning position
), src as (
  select b.*, nextval('ledger_document_id_seq') as document_id, nextval('ledger_item_id_seq') as item_id, extract(year from on_date)::int as year,
         row_number() over (partition by extract(year from on_date) order by n) - count(*) over (partition by extract(year from on_date)) as behind
    from bench_invoice b where n between %(first)s and %(last)s
), documents as (
  insert into ledger_document (id, company_id, position, kind, number, series_year, series_no, customer_id, currency, rate, total, base_total,
    document_on, posted_on, item_count, line_count, reason_code)
  select document_id, %(company)s, position, 'invoice', 'INV-' || s.year || '-' || lpad((last_number + behind)::text, 6, '0'), s.year,
         last_number + behind, customer_id, 'CNY', 1, total, total, on_date, on_date, 1, case when tax = 0 then 2 else 3 end, ''
    from src s join numbers using (year), posting
), items as (
  insert into ledger_item (id, company_id, position, document_id, line, account_id, customer_id, currency, amount, base_amount, posted_on, document_on,
    due_on, original_due_on, aged_from_on, open_amount, open_base_amount, first_effective_on, last_effective_on, last_position)
  select item_id, %(company)s, position, document_id, 1, %(receivable)s, customer_id, 'CNY', total, total, on_date, on_date, due_on, due_on, due_on,
         total, total, '9999-12-31', on_date, position
    from src, posting
), lines as (
  insert into ledger_journalline (company_id, position, document_id, line, account_id, item_id, customer_id, currency, amount, base_amount, posted_on, tax_code)
  select %(company)s, position, document_id, line, account_id, case line when 1 then item_id end, case line when 1 then customer_id end, 'CNY', amount, amount, on_date, ''
    from src, posting, lateral (values (1, %(receivable)s, total), (2, %(revenue)s, -net), (3, %(output_tax)s, -tax)) v (line, account_id, amount)
   where amount <> 0
)
insert into bench_item select n, item_id from src
