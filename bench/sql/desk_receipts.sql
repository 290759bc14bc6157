-- The papers of the receipts in the book, as the entry leaves them.
insert into receipts_receipt (company_id, customer_id, document_id, state, currency, rate, amount, received_on, posted_on, payer_name, remittance)
select d.company_id, d.customer_id, d.id, 'confirmed', d.currency, 1, -d.total, d.document_on, d.posted_on, c.name, 'Payment ' || d.number
  from ledger_document d join customers_customer c on c.id = d.customer_id
 where d.company_id = %(company)s and d.kind = 'receipt' order by d.id
