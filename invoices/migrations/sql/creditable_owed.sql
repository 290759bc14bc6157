-- Debit notes are credited as invoices are.
-- Two credit notes for one invoice wait for each other here, so that neither can overlook the other.
create or replace function invoices_require_creditable(p_invoices bigint[]) returns void language plpgsql as $$
declare bad bigint;
begin
    if cardinality(p_invoices) = 0 then
        return;
    end if;
    perform from invoices_invoice where id = any(p_invoices) order by id for no key update;
    select i.id into bad from invoices_invoice i
     where i.id = any(p_invoices)
       and (i.kind = 'credit_note' or i.state = 'draft' or exists (
            select from invoices_invoice n where n.credits_id = i.id and n.state <> 'draft'
               and (n.currency <> i.currency or n.rate <> i.rate or n.customer_id <> i.customer_id))
            or i.total < (select sum(n.total) from invoices_invoice n where n.credits_id = i.id and n.state <> 'draft'))
     limit 1;
    if found then
        raise exception 'More of invoice % would be credited than was invoiced, or at another rate.', bad
            using errcode = 'restrict_violation', constraint = 'invoices_invoice_creditable';
    end if;
    select o.invoice_id into bad
      from invoices_invoiceline o
      join (select l.credits_line_id, sum(l.net) as net, sum(l.tax) as tax, bool_and(l.tax_rate = x.tax_rate) as same_rate,
                   bool_and(x.invoice_id = n.credits_id) as same_invoice
              from invoices_invoiceline l
              join invoices_invoiceline x on x.id = l.credits_line_id
              join invoices_invoice n on n.id = l.invoice_id
             where n.credits_id = any(p_invoices) and n.state <> 'draft'
             group by l.credits_line_id) c on c.credits_line_id = o.id
     where abs(c.net) > abs(o.net) or abs(c.tax) > abs(o.tax) or c.net * o.net < 0 or c.tax * o.tax < 0
        or not c.same_rate or not c.same_invoice
     limit 1;
    if found then
        raise exception 'More of a line of invoice % would be credited than was invoiced, or at another rate.', bad
            using errcode = 'restrict_violation', constraint = 'invoices_invoice_creditable';
    end if;
end $$;
