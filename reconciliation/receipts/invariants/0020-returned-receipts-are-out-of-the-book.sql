-- title: A receipt is marked as returned exactly when the book holds its mirror
-- why: returned money must not look received, nor the other way round
select r.id as receipt, r.state, m.number as mirror
  from receipts_receipt r
  left join ledger_document m on m.reverses_id = r.document_id and m.company_id = r.company_id
 where r.company_id = %(company)s and r.document_id is not null and (r.state = 'reversed') <> (m.id is not null)
