-- title: A refund stands exactly as long as its document, and no more is reserved than is open
-- why: money that left must be in the book once, and money that is promised back must not be spent otherwise
select r.id as refund, r.state, d.number, m.number as reversed_by, r.amount, d.total, i.open_amount, held.reserved
  from receipts_refund r
  join ledger_item i on i.id = r.item_id
  left join ledger_document d on d.id = r.document_id
  left join ledger_document m on m.reverses_id = d.id and m.company_id = r.company_id
 cross join lateral (
   select coalesce(sum(o.amount), 0) as reserved from receipts_refund o
    where o.item_id = r.item_id and o.state in ('requested', 'approved', 'ordered')) held
 where r.company_id = %(company)s
   and ((r.state in ('paid', 'returned')) <> (d.id is not null) or (r.state = 'returned') <> (m.id is not null)
        or d.total <> r.amount or held.reserved > -i.open_amount)
