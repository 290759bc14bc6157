-- title: Every posted invoice says what its document in the book says
-- why: the paper the customer holds and the amount we claim must be one figure
select i.id as invoice, i.kind, i.total, d.total as book_total, i.currency, d.currency as book_currency
  from invoices_invoice i
  left join ledger_document d on d.id = i.document_id
 where i.company_id = %(company)s and i.state <> 'draft'
   and (d.company_id, d.kind, d.customer_id, d.currency, d.rate, d.document_on, d.posted_on, d.total) is distinct from
       (i.company_id, i.kind, i.customer_id, i.currency, i.rate, i.issued_on, i.posted_on,
        case i.kind when 'credit_note' then -i.total else i.total end)
