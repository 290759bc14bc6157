-- title: No item was ever settled beyond its amount, on any day
-- why: a back-dated entry could make a past day negative although today is right
select item_id as item, effective_on, open_amount, amount from (
  select e.item_id, e.effective_on, i.amount,
         i.amount + sum(sum(e.amount)) over (partition by e.item_id order by e.effective_on) as open_amount
    from ledger_entry e join ledger_item i on i.id = e.item_id
   where e.company_id = %(company)s group by e.item_id, e.effective_on, i.amount) d
 where sign(open_amount) = -sign(amount) or abs(open_amount) > abs(amount)
