-- title: A bill is open in the book as its state says, and no cent of a package is held twice
-- why: a bill that was paid, passed on or split must not look like money still to come
select b.id as bill, b.number, b.state, i.open_amount, b.amount
  from bills_bill b join ledger_item i on i.id = b.item_id
 where b.company_id = %(company)s
   and case
         when b.state in ('paid', 'dishonoured', 'split', 'withdrawn') then i.open_amount <> 0
         when b.state in ('endorsed', 'discounted') and not b.with_recourse then i.open_amount <> 0
         when b.state in ('endorsed', 'discounted') then i.open_amount <> b.amount
         else false
       end
union all
select b.id, b.number, b.state, b.first_cent, o.first_cent
  from bills_bill b
  join bills_bill o on o.company_id = b.company_id and o.number = b.number and o.id > b.id
   and o.state not in ('split', 'withdrawn') and int8range(o.first_cent, o.last_cent, '[]') && int8range(b.first_cent, b.last_cent, '[]')
 where b.company_id = %(company)s and b.state not in ('split', 'withdrawn')
