-- title: The open amount of every item is its amount plus its entries
-- why: the derived columns are the only stored balance; they must be what the facts say
select i.id as item, i.open_amount, i.amount + coalesce(e.amount, 0) as from_entries,
       i.open_base_amount, i.base_amount + coalesce(e.base_amount, 0) as base_from_entries
  from ledger_item i
  left join (select item_id, sum(amount) as amount, sum(base_amount) as base_amount, min(effective_on) as first_on,
                    max(effective_on) as last_on, max(position) as position
               from ledger_entry where company_id = %(company)s group by item_id) e on e.item_id = i.id
 where i.company_id = %(company)s
   and (i.open_amount <> i.amount + coalesce(e.amount, 0) or i.open_base_amount <> i.base_amount + coalesce(e.base_amount, 0)
        or i.first_effective_on <> coalesce(e.first_on, date '9999-12-31')
        or i.last_effective_on <> greatest(i.posted_on, e.last_on) or i.last_position <> greatest(i.position, e.position))
