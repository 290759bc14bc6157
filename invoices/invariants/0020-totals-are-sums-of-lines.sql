-- title: Invoice totals are the sums of their lines, and net plus tax is the total
-- why: tax recomputed on a total would differ from the lines by a cent
select i.id as invoice, i.net_total, i.tax_total, i.total, l.net as lines_net, l.tax as lines_tax
  from invoices_invoice i
  left join (select invoice_id, sum(net) as net, sum(tax) as tax from invoices_invoiceline
              where company_id = %(company)s group by invoice_id) l on l.invoice_id = i.id
 where i.company_id = %(company)s
   and (i.total <> i.net_total + i.tax_total
        or (i.net_total, i.tax_total) is distinct from (l.net, l.tax)
           and not (i.origin = 'taken_on' and l.invoice_id is null))
