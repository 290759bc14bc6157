-- title: An arrangement stands exactly as long as its document, and took from its item what it says
-- why: what was exchanged, transferred, netted or put off must not look open, nor what was undone look settled
select a.id as arrangement, a.state, d.number, m.number as reversed_by, a.amount
  from receipts_arrangement a
  left join ledger_document d on d.id = a.document_id
  left join ledger_document m on m.reverses_id = d.id and m.company_id = a.company_id
 where a.company_id = %(company)s
   and ((a.state in ('posted', 'reversed', 'broken')) <> (d.id is not null) or (a.state = 'reversed') <> (m.id is not null)
        or (a.kind <> 'netting' and d.id is not null and a.amount is distinct from (
              select abs(sum(e.amount)) from ledger_entry e where e.document_id = d.id and (e.item_id = a.item_id or a.kind = 'plan')))
        or (a.state = 'broken' and exists (
              select from ledger_item i where i.document_id = a.document_id and i.open_amount <> 0)))
