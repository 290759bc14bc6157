-- title: Every statement says what the book said at its day and position
-- why: the paper in the customer's hands and the book are one
with facts as (
  select customer_id, currency, posted_on as on_date, position, amount from ledger_item
   where company_id = %(company)s and customer_id is not null
  union all
  select customer_id, currency, effective_on, position, amount from ledger_entry
   where company_id = %(company)s and customer_id is not null
), book as (
  select s.id, f.currency, sum(f.amount) as amount
    from statements_statement s
    join facts f on f.customer_id = s.customer_id and f.on_date <= s.as_of and f.position <= s.position
   where s.company_id = %(company)s
   group by s.id, f.currency
)
select s.number, coalesce(b.currency, k.currency) as currency, b.closing, k.amount as book
  from (select * from statements_statementbalance where company_id = %(company)s) b
  full join book k on k.id = b.statement_id and k.currency = b.currency
  join statements_statement s on s.id = coalesce(b.statement_id, k.id)
 where coalesce(b.closing, 0) <> coalesce(k.amount, 0)
