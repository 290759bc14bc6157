-- title: Every undoing mirrors what it undoes
-- why: an application is undone once, by the same figures, not before it was made
select e.id as entry, e.reverses_id as undone from ledger_entry e join ledger_entry o on o.id = e.reverses_id
 where e.company_id = %(company)s
   and (o.item_id <> e.item_id or o.amount <> -e.amount or o.base_amount <> -e.base_amount or e.effective_on < o.effective_on)
