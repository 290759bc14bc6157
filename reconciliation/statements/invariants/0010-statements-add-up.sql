-- title: Every statement adds up: opening and movements to the closing balance, ages and credits to it, too
-- why: a customer checks the paper with a calculator
select s.number, b.currency, b.opening, b.charges, b.credits, b.closing, b.buckets, b.unapplied
  from statements_statementbalance b
  join statements_statement s on s.id = b.statement_id
 where b.company_id = %(company)s
   and (b.closing <> b.opening + b.charges + b.credits
        or b.closing <> b.unapplied + (select sum(amount) from unnest(b.buckets) as amount))
