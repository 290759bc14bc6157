-- A past date by hand, second way: what is open now, and the entries since added back; no join.
select customer_id, currency,
       coalesce(sum(o) filter (where debit and aged_from_on >= %(as_of)s), 0),
       coalesce(sum(o) filter (where debit and aged_from_on between %(as_of)s::date - 30 and %(as_of)s::date - 1), 0),
       coalesce(sum(o) filter (where debit and aged_from_on between %(as_of)s::date - 60 and %(as_of)s::date - 31), 0),
       coalesce(sum(o) filter (where debit and aged_from_on between %(as_of)s::date - 90 and %(as_of)s::date - 61), 0),
       coalesce(sum(o) filter (where debit and aged_from_on < %(as_of)s::date - 90), 0),
       coalesce(sum(o) filter (where not debit), 0), sum(o)
  from (select customer_id, currency, aged_from_on, amount > 0 as debit, open_amount as o from ledger_item
         where company_id = %(company)s and open_amount <> 0 and posted_on <= %(as_of)s
        union all
        select e.customer_id, e.currency, e.aged_from_on, e.amount < 0, -e.amount
          from ledger_entry e join ledger_item i on i.id = e.item_id and i.posted_on <= %(as_of)s
         where e.company_id = %(company)s and e.effective_on > %(as_of)s) x
 group by 1, 2 having sum(o) <> 0 order by 1, 2
