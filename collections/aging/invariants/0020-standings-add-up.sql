-- title: The totals of a standing are its rows, and its buckets make its totals
-- why: totals are changed by the rows that are not true any more, so they have to be the sum of them
select standing, currency, total, of_rows from (
  select t.standing_id as standing, t.currency, t.total, sum(r.total) as of_rows,
         t.unapplied - sum(r.unapplied) as unapplied, t.items - sum(r.items) as items, t.rows - count(*) as rows,
         t.base_total - sum(r.base_total) as base_total,
         t.total - t.unapplied - (select sum(b) from unnest(t.buckets) b) as by_age,
         t.base_total - t.base_unapplied - (select sum(b) from unnest(t.base_buckets) b) as base_by_age
    from aging_standing s join aging_standingtotal t on t.standing_id = s.id join aging_standingrow r on r.standing_id = s.id and r.currency = t.currency
   where s.company_id = %(company)s and s.with_rows group by t.id) d
 where total <> of_rows or (unapplied, items, rows, base_total, by_age, base_by_age) <> (0, 0, 0, 0, 0, 0)
union all
select s.id, c.currency, c.amount, sum(l.amount)
  from aging_standing s join aging_standingcontrol c on c.standing_id = s.id
  left join (select l.company_id, l.currency, l.posted_on, l.position, l.amount
               from ledger_journalline l join ledger_account a on a.id = l.account_id and a.is_control) l
    on l.company_id = s.company_id and l.currency = c.currency and l.posted_on <= s.as_of and l.position <= s.position
 where s.company_id = %(company)s group by s.id, c.id having c.amount <> coalesce(sum(l.amount), 0)
union all
select id, currency, sum(total), sum(in_the_book) from (
  select s.id, t.currency, t.total, 0 as in_the_book
    from aging_standing s join aging_standingtotal t on t.standing_id = s.id where s.company_id = %(company)s and not s.with_rows
  union all
  select s.id, f.currency, 0, sum(f.amount)
    from aging_standing s
    join (select currency, posted_on as on_date, position, amount from ledger_item where company_id = %(company)s
          union all select currency, effective_on, position, amount from ledger_entry where company_id = %(company)s) f
      on f.on_date <= s.as_of and f.position <= s.position
   where s.company_id = %(company)s and not s.with_rows group by s.id, f.currency) d
 group by id, currency having sum(total) <> sum(in_the_book)
