select posted_on, number, amount, sum(amount) over (order by posted_on, position)
  from (select i.posted_on, i.position, d.number, i.amount from ledger_item i join ledger_document d on d.id = i.document_id
         where i.company_id = %(company)s and i.customer_id = %(customer)s) x
 order by posted_on, position
