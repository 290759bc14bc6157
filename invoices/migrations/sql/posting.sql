-- What is posted says what the book says, is the sum of its lines, and credits no more than was invoiced.
-- Each row is looked up by key (no sequential scan; lateral, offset 0): a plan made for one row, or on an empty table,
-- must serve five thousand.
create function invoices_invoice_whole() returns trigger language plpgsql set enable_seqscan = off as $$
declare bad bigint;
begin
    if not exists (select from changed where state <> 'draft') then
        return null;
    end if;
    select i.id into bad from changed i
      left join lateral (select * from ledger_document d where d.id = i.document_id offset 0) d on true
     where i.state <> 'draft'
       and (d.company_id, d.kind, d.customer_id, d.currency, d.rate, d.document_on, d.posted_on, d.total) is distinct from
           (i.company_id, i.kind, i.customer_id, i.currency, i.rate, i.issued_on, i.posted_on,
            case i.kind when 'credit_note' then -i.total else i.total end)
     limit 1;
    if found then
        raise exception 'Invoice % differs from its document in the book.', bad
            using errcode = 'restrict_violation', constraint = 'invoices_invoice_equals_document';
    end if;
    select i.id into bad from changed i
     cross join lateral (select count(*) as n, sum(l.net) as net, sum(l.tax) as tax
                           from invoices_invoiceline l where l.invoice_id = i.id) l
     where i.state <> 'draft' and (i.net_total, i.tax_total) is distinct from (l.net, l.tax)
       and not (i.origin = 'taken_on' and l.n = 0)
     limit 1;
    if found then
        raise exception 'Invoice % is not the sum of its lines.', bad
            using errcode = 'restrict_violation', constraint = 'invoices_invoice_sum_of_lines';
    end if;
    perform invoices_require_creditable(array(
        select distinct credits_id from changed where state <> 'draft' and credits_id is not null));
    return null;
end $$;
create trigger invoices_invoice_whole_inserted after insert on invoices_invoice
    referencing new table as changed for each statement execute function invoices_invoice_whole();
create trigger invoices_invoice_whole_updated after update on invoices_invoice
    referencing new table as changed for each statement execute function invoices_invoice_whole();

-- Two credit notes for one invoice wait for each other here, so that neither can overlook the other.
create function invoices_require_creditable(p_invoices bigint[]) returns void language plpgsql as $$
declare bad bigint;
begin
    if cardinality(p_invoices) = 0 then
        return;
    end if;
    perform from invoices_invoice where id = any(p_invoices) order by id for no key update;
    select i.id into bad from invoices_invoice i
     where i.id = any(p_invoices)
       and (i.kind <> 'invoice' or i.state = 'draft' or exists (
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
