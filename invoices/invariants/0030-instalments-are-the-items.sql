-- title: The instalments of a posted invoice are the items of its document, and sum to its total
-- why: each instalment is aged and reminded of on its own; none may be missing or fall due twice
select i.id as invoice, n.line, n.due_on, n.amount, x.original_due_on as item_due_on, x.amount as item_amount
  from invoices_invoice i
  join invoices_invoiceinstalment n on n.invoice_id = i.id
  left join ledger_item x on x.document_id = i.document_id and x.line = n.line
 where i.company_id = %(company)s and i.state <> 'draft'
   and (x.original_due_on, abs(x.amount)) is distinct from (n.due_on, n.amount)
union all
select i.id, null, null, i.total, null, s.amount
  from invoices_invoice i
  join (select invoice_id, sum(amount) as amount from invoices_invoiceinstalment
         where company_id = %(company)s group by invoice_id) s on s.invoice_id = i.id
 where i.company_id = %(company)s and s.amount <> i.total
