-- The best we know by hand for today: nothing but the open items, from the covering index.
select customer_id, currency,
       coalesce(sum(open_amount) filter (where amount > 0 and aged_from_on >= %(as_of)s), 0),
       coalesce(sum(open_amount) filter (where amount > 0 and aged_from_on between %(as_of)s::date - 30 and %(as_of)s::date - 1), 0),
       coalesce(sum(open_amount) filter (where amount > 0 and aged_from_on between %(as_of)s::date - 60 and %(as_of)s::date - 31), 0),
       coalesce(sum(open_amount) filter (where amount > 0 and aged_from_on between %(as_of)s::date - 90 and %(as_of)s::date - 61), 0),
       coalesce(sum(open_amount) filter (where amount > 0 and aged_from_on < %(as_of)s::date - 90), 0),
       coalesce(sum(open_amount) filter (where amount < 0), 0), sum(open_amount)
  from ledger_item where company_id = %(company)s and open_amount <> 0
 group by 1, 2 order by 1, 2
