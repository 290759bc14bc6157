-- title: Every document's total is the sum of its items
-- why: what a document says must be what stays open from it
select d.id as document, d.number, d.total, coalesce(sum(i.amount) filter (where i.currency = d.currency), 0) as items
  from ledger_document d left join ledger_item i on i.document_id = d.id
 where d.company_id = %(company)s
 group by d.id having d.total <> coalesce(sum(i.amount) filter (where i.currency = d.currency), 0)
   or d.base_total <> coalesce(sum(i.base_amount), 0) or d.item_count <> count(i.id)
