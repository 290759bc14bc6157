-- title: The lines of every statement add up to its totals
-- why: what is listed must be what is summed
with lines as (
  select statement_id, currency, coalesce(sum(amount) filter (where section = 'open'), 0) as open,
         coalesce(sum(amount) filter (where section = 'movement'), 0) as moved
    from statements_statementline where company_id = %(company)s group by statement_id, currency
)
select s.number, coalesce(b.currency, l.currency) as currency, b.closing, l.open, b.charges + b.credits as movements, l.moved
  from statements_statementbalance b
  full join lines l on l.statement_id = b.statement_id and l.currency = b.currency
  join statements_statement s on s.id = coalesce(b.statement_id, l.statement_id)
 where s.company_id = %(company)s
   and (b.closing is distinct from l.open
        or (s.kind = 'activity' and b.charges + b.credits is distinct from l.moved))
