-- title: A debit note adds to a posted invoice of the same customer and currency
-- why: what is charged more must be found from the invoice it is charged for
select i.id as debit_note, i.adds_to_id as invoice, o.kind, o.state, i.currency, o.currency as invoice_currency
  from invoices_invoice i
  left join invoices_invoice o on o.id = i.adds_to_id
 where i.company_id = %(company)s and i.kind = 'debit_note'
   and (o.id is null or o.kind <> 'invoice' or o.state = 'draft'
        or (o.company_id, o.customer_id, o.currency) is distinct from (i.company_id, i.customer_id, i.currency))
