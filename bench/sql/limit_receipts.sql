-- The limit for receipts with their applications, by hand.
with numbers as (
  insert into core_numberseries as s (company_id, kind, year, prefix, last_number)
  select %(company)s, 'receipt', extract(year from on_date)::int, 'R', count(*)
    from bench_receipt where r between %(first)s and %(last)s group by 3 order by 3
  on conflict (company_id, kind, year) do update set last_number = s.last_number + excluded.last_number returning year, last_number
), posting as (
  insert into ledger_posting (company_id, position, verb) values (%(company)s, 0, 'bench') returning position
), src as (
  select b.*, nextval('ledger_document_id_seq') as document_id, nextval('ledger_item_id_seq') as item_id, nextval('ledger_application_id_seq') as application_id,
         extract(year from on_date)::int as year,
         row_number() over (partition by extract(year from on_date) order by r) - count(*) over (partition by extract(year from on_date)) as behind
    from bench_receipt b where r between %(first)s and %(last)s
), documents as (
  insert into ledger_document (id, company_id, position, kind, number, series_year, series_no, customer_id, currency, rate, total, base_total,
    document_on, posted_on, item_count, line_count, reason_code)
  select document_id, %(company)s, position, 'receipt', 'R-' || s.year || '-' || lpad((last_number + behind)::text, 6, '0'), s.year,
         last_number + behind, customer_id, 'CNY', 1, -amount, -amount, on_date, on_date, 1, 2, ''
    from src s join numbers using (year), posting
), items as (
  insert into ledger_item (id, company_id, position, document_id, line, account_id, customer_id, currency, amount, base_amount, posted_on, document_on,
    due_on, original_due_on, aged_from_on, open_amount, open_base_amount, first_effective_on, last_effective_on, last_position)
  select item_id, %(company)s, position, document_id, 1, %(receivable)s, customer_id, 'CNY', -amount, -amount, on_date, on_date, on_date, on_date, on_date,
         -amount, -amount, '9999-12-31', on_date, position
    from src, posting
), lines as (
  insert into ledger_journalline (company_id, position, document_id, line, account_id, item_id, customer_id, currency, amount, base_amount, posted_on, tax_code)
  select %(company)s, position, document_id, line, account_id, case line when 1 then item_id end, case line when 1 then customer_id end, 'CNY', v.amount, v.amount, on_date, ''
    from src, posting, lateral (values (1, %(receivable)s, -src.amount), (2, %(bank)s, src.amount)) v (line, account_id, amount)
)
insert into bench_credit select r, item_id, customer_id, on_date, position, application_id from src, posting;
with applications as (
  insert into ledger_application (id, company_id, position, effective_on, policy, reason)
  select application_id, %(company)s, position, on_date, 'bench', '' from bench_credit where r between %(first)s and %(last)s
)
insert into ledger_entry (company_id, position, application_id, item_id, counter_item_id, currency, amount, base_amount, effective_on, customer_id,
  account_id, aged_from_on)
select %(company)s, c.position, c.application_id, s.item_id, s.counter_id, 'CNY', s.amount, s.amount, c.on_date, c.customer_id, %(receivable)s, s.aged_from_on
  from bench_pair p
  join bench_credit c on c.r = p.r
  join bench_item d on d.n = p.n
  join bench_invoice i on i.n = p.n,
  lateral (values (d.item_id, c.item_id, -p.amount, i.due_on), (c.item_id, d.item_id, p.amount, c.on_date)) s (item_id, counter_id, amount, aged_from_on)
 where p.r between %(first)s and %(last)s
