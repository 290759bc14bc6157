-- The limit: the same rows by hand, from what is open now, triggers on, one statement.
with posting as (
  insert into ledger_posting (company_id, position, verb) values (%(company)s, 0, 'bench') returning position
), numbers as (
  insert into core_numberseries (company_id, kind, year, prefix, last_number) values (%(company)s, 'fx', 2026, 'FX', 6)
), rates as (
  select currency, rate, 2 * row_number() over (order by currency) as nth, nextval('ledger_document_id_seq') as document_id,
         nextval('ledger_document_id_seq') as mirror_id
    from core_exchangerate where company_id = %(company)s
), differing as (
  select i.id, i.customer_id, r.currency, round(i.open_amount * r.rate, 2) - i.open_base_amount as amount,
         row_number() over (partition by r.currency order by i.id) as line
    from ledger_item i join rates r using (currency)
   where i.company_id = %(company)s and i.open_amount <> 0 and i.posted_on <= %(as_of)s and round(i.open_amount * r.rate, 2) <> i.open_base_amount
), sums as (
  select currency, sum(amount) as amount, count(*) as items from differing group by currency
), both_days as (
  select r.currency, r.rate, d.id, d.nth, d.on_date, d.sign, d.reverses_id
    from rates r, lateral (values (r.document_id, r.nth - 1, %(as_of)s::date, 1, null), (r.mirror_id, r.nth, %(as_of)s::date + 1, -1, r.document_id)) d (id, nth, on_date, sign, reverses_id)
), documents as (
  insert into ledger_document (id, company_id, position, kind, number, series_year, series_no, currency, rate, total, base_total, document_on,
    posted_on, item_count, line_count, reverses_id, reason_code)
  select d.id, %(company)s, p.position, 'fx', 'FX-2026-' || lpad(d.nth::text, 6, '0'), 2026, d.nth, d.currency, d.rate, 0, 0, d.on_date, d.on_date, 0,
         s.items + 1, d.reverses_id, 'revaluation'
    from both_days d join sums s using (currency), posting p
)
insert into ledger_journalline (company_id, position, document_id, line, account_id, item_id, customer_id, currency, amount, base_amount, posted_on, tax_code)
select %(company)s, p.position, d.id, x.line, %(receivable_adjustment)s, x.id, x.customer_id, d.currency, 0, d.sign * x.amount, d.on_date, ''
  from both_days d join differing x using (currency), posting p
union all
select %(company)s, p.position, d.id, s.items + 1, %(unrealised_fx)s, null, null, d.currency, 0, -d.sign * s.amount, d.on_date, ''
  from both_days d join sums s using (currency), posting p
