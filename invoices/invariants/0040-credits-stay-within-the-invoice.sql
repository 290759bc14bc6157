-- title: Credit notes take no more than was invoiced, at the original's rates
-- why: crediting beyond the invoice would pay the customer money we never claimed
select o.id as invoice, o.total, sum(n.total) as credited, o.state
  from invoices_invoice n
  join invoices_invoice o on o.id = n.credits_id
 where n.company_id = %(company)s and n.state <> 'draft'
 group by o.id, o.total, o.state, o.currency, o.rate, o.customer_id
having sum(n.total) > o.total or (sum(n.total) = o.total) <> (o.state = 'credited')
    or bool_or(n.currency <> o.currency or n.rate <> o.rate or n.customer_id <> o.customer_id)
union all
select o.invoice_id, o.net + o.tax, sum(l.net + l.tax), 'line ' || o.line
  from invoices_invoiceline l
  join invoices_invoice n on n.id = l.invoice_id and n.state <> 'draft'
  join invoices_invoiceline o on o.id = l.credits_line_id
 where l.company_id = %(company)s
 group by o.id, o.invoice_id, o.line, o.net, o.tax, o.tax_rate
having abs(sum(l.net)) > abs(o.net) or abs(sum(l.tax)) > abs(o.tax) or bool_or(l.tax_rate <> o.tax_rate)
