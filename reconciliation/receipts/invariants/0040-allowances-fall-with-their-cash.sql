-- title: What was let off with a receipt falls when the cash is taken back
-- why: a discount whose payment bounced is owed again
select a.id as allowance, a.kind, d.number, m.number as reversed_by, c.undone as cash_taken_back
  from receipts_allowance a
  join receipts_receipt r on r.id = a.receipt_id
  join ledger_document d on d.id = a.document_id
  left join ledger_document m on m.reverses_id = d.id and m.company_id = a.company_id
 cross join lateral (
   select bool_or(u.id is not null) as undone, count(*) as cash
     from ledger_entry e
     join ledger_item i on i.id = e.item_id
     join ledger_item o on o.id = e.counter_item_id
     left join ledger_entry u on u.reverses_id = e.id
    where e.application_id = a.application_id and o.document_id <> d.id and (a.item_id is null or o.id = a.item_id)
      and (i.document_id = r.document_id
           or i.document_id in (select n.document_id from receipts_receiptidentification n where n.receipt_id = r.id))) c
 where a.company_id = %(company)s and (c.cash = 0 or (c.undone and m.id is null))
