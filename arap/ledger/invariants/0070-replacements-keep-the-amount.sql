-- title: A replacement opens what it closes
-- why: an extension, a transfer or an identified payer must not change what is owed; an exchange not what it is worth
select d.id as document, d.number, n.amount as opened, c.amount as closed
  from ledger_document d
  join (select document_id, sum(amount) as amount, sum(base_amount) as base_amount from ledger_entry
         where company_id = %(company)s and document_id is not null group by document_id) c on c.document_id = d.id
  left join (select document_id, sum(amount) as amount, sum(base_amount) as base_amount from ledger_item
         where company_id = %(company)s group by document_id) n on n.document_id = d.id
 where d.company_id = %(company)s and d.kind in ('transfer', 'reschedule', 'bill', 'exchange')
   and ((d.kind <> 'exchange' and coalesce(n.amount, 0) + c.amount <> 0) or coalesce(n.base_amount, 0) + c.base_amount <> 0)
