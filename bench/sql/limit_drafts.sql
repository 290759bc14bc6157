-- What posting drafts does besides: the invoices are posted, and audited.
with posted as (
  update invoices_invoice i set state = 'posted', document_id = x.document_id, posted_on = x.posted_on, rate = 1
    from bench_draft d join bench_item b using (n) join ledger_item x on x.id = b.item_id
   where i.id = d.invoice_id and d.n between %(first)s and %(last)s
  returning i.id, i.total
)
insert into core_auditentry (company_id, verb, object_type, object_id, after)
select %(company)s, 'invoice.post', 'invoices.invoice', id::text, jsonb_build_object('total', total::text) from posted
