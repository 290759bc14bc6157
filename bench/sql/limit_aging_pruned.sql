-- A past date by hand, first way: prune to what was open then, read the entries of those few.
select customer_id, currency,
       coalesce(sum(o) filter (where amount > 0 and aged_from_on >= %(as_of)s), 0),
       coalesce(sum(o) filter (where amount > 0 and aged_from_on between %(as_of)s::date - 30 and %(as_of)s::date - 1), 0),
       coalesce(sum(o) filter (where amount > 0 and aged_from_on between %(as_of)s::date - 60 and %(as_of)s::date - 31), 0),
       coalesce(sum(o) filter (where amount > 0 and aged_from_on between %(as_of)s::date - 90 and %(as_of)s::date - 61), 0),
       coalesce(sum(o) filter (where amount > 0 and aged_from_on < %(as_of)s::date - 90), 0),
       coalesce(sum(o) filter (where amount < 0), 0), sum(o)
  from (select i.customer_id, i.currency, i.aged_from_on, i.amount, i.amount + coalesce(e.a, 0) as o
          from ledger_item i
          left join (select item_id, sum(amount) as a from ledger_entry where company_id = %(company)s and effective_on <= %(as_of)s
                      {known_entries} group by item_id) e on e.item_id = i.id
         where i.company_id = %(company)s and i.posted_on <= %(as_of)s {known_items}) x
 where o <> 0 group by 1, 2 order by 1, 2
