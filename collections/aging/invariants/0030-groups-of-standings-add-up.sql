-- title: By owner, segment and group a standing says what its rows say, and its rows stand where their customers stood
-- why: reports by them are read from it; only who moved since is looked up again
with used as (
  select * from aging_standing where company_id = %(company)s and with_rows and cluster <> ''
), of_rows as (
  select r.standing_id, g.by, g.key, r.currency, sum(r.total) as total, sum(r.unapplied) as unapplied,
         sum(r.base_total) as base_total, sum(r.base_unapplied) as base_unapplied, sum(r.items) as items
    from used s join aging_standingrow r on r.standing_id = s.id
   cross join lateral (values ('owner', r.owner_id::text), ('segment', r.segment), ('parent', r.root_id::text)) as g (by, key)
   group by 1, 2, 3, 4
)
select coalesce(r.standing_id, g.standing_id) as standing, coalesce(r.by, g.by) as by, coalesce(r.key, g.key) as key,
       coalesce(r.currency, g.currency) as currency, r.total as of_rows, g.total
  from of_rows r
  full join (select g.* from used s join aging_standinggroup g on g.standing_id = s.id) g
    on g.standing_id = r.standing_id and g.by = r.by and coalesce('=' || g.key, '') = coalesce('=' || r.key, '')
       and g.currency = r.currency
 where (r.total, r.unapplied, r.base_total, r.base_unapplied, r.items)
       is distinct from (g.total, g.unapplied, g.base_total, g.base_unapplied, g.items)
    or g.total <> g.unapplied + (select sum(b) from unnest(g.buckets) b)
    or g.base_total <> g.base_unapplied + (select sum(b) from unnest(g.base_buckets) b)
union all
select r.standing_id, 'customer', r.customer_id::text, r.currency, r.total, null
  from used s join aging_standingrow r on r.standing_id = s.id join customers_customer c on c.id = r.customer_id
 where c.moved_in < s.horizon and (c.owner_id, c.segment, c.root_id) is distinct from (r.owner_id, r.segment, r.root_id)
