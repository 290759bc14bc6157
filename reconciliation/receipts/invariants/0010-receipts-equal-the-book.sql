-- title: Every confirmed receipt says what its document in the book says
-- why: money that came in and money that was booked must be one figure
select r.id as receipt, r.amount, -d.total as book_amount, r.currency, d.currency as book_currency
  from receipts_receipt r
  left join ledger_document d on d.id = r.document_id
 where r.company_id = %(company)s and r.state in ('confirmed', 'reversed')
   and (d.company_id, d.kind, d.customer_id, d.currency, d.rate, d.document_on, d.posted_on, -d.total) is distinct from
       (r.company_id, 'receipt', r.customer_id, r.currency, r.rate, r.received_on, r.posted_on, r.amount)
