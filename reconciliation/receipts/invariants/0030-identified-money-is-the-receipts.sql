-- title: Identified money is part of an unidentified receipt, and never more than it
-- why: a transfer must move money that came in, once
select r.id as receipt, r.amount, r.customer_id as payer_recorded, sum(n.amount) as identified
  from receipts_receiptidentification n
  join receipts_receipt r on r.id = n.receipt_id
 where n.company_id = %(company)s
 group by r.id, r.amount, r.customer_id
having r.customer_id is not null or sum(n.amount) > r.amount
