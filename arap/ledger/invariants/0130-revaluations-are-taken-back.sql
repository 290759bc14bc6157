-- title: Every revaluation is taken back on the first of the next month, item by item
-- why: the next month must begin at historical rates, or its difference would be counted a second time
select o.number, l.item_id as item, sum(l.base_amount) as left_over
  from ledger_document o
  left join ledger_document m on m.reverses_id = o.id
  join ledger_journalline l on l.document_id in (o.id, m.id)
 where o.company_id = %(company)s and o.kind = 'fx' and o.reason_code = 'revaluation' and o.reverses_id is null
 group by o.id, o.number, o.posted_on, m.posted_on, l.item_id
having sum(l.base_amount) <> 0 or m.posted_on is distinct from o.posted_on + 1
