-- title: Identified money is part of an unidentified receipt, and never more than it
-- why: a transfer must move money that came in, once; what was given back to "unknown" is not identified any more
select r.id as receipt, r.amount, r.customer_id as payer_recorded,
       sum(case when n.undoes_id is null then n.amount else -n.amount end) as identified
  from receipts_receiptidentification n
  join receipts_receipt r on r.id = n.receipt_id
 where n.company_id = %(company)s
 group by r.id, r.amount, r.customer_id
having r.customer_id is not null or sum(case when n.undoes_id is null then n.amount else -n.amount end) not between 0 and r.amount
union all
select n.receipt_id, n.amount, o.customer_id, o.amount
  from receipts_receiptidentification n
  join receipts_receiptidentification o on o.id = n.undoes_id
 where n.company_id = %(company)s and (n.receipt_id, n.amount) is distinct from (o.receipt_id, o.amount)
