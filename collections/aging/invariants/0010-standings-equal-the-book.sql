-- title: A standing says of every customer what the book says
-- why: lists and the first page read from it instead of adding up everything that is open
with used as (
  select * from aging_standing where company_id = %(company)s and with_rows
     and merges = md5(coalesce((select string_agg(id || '>' || merged_into_id, ',' order by id) from customers_customer
                                 where company_id = %(company)s and merged_into_id is not null), ''))
), rows as (
  select s.id as standing, coalesce(c.merged_into_id, r.customer_id) as customer, r.currency, sum(r.total) as total,
         sum(r.base_total) as base_total, sum(r.items) as items
    from used s join aging_standingrow r on r.standing_id = s.id left join customers_customer c on c.id = r.customer_id
   group by 1, 2, 3
), moved as (
  select s.id as standing, i.id, coalesce(c.merged_into_id, i.customer_id) as customer, i.currency,
         i.amount + coalesce(sum(e.amount), 0) as amount, i.base_amount + coalesce(sum(e.base_amount), 0) as base_amount
    from used s
    join ledger_item i on i.company_id = s.company_id and i.posted_on <= s.as_of and i.position <= s.position
    left join customers_customer c on c.id = i.customer_id
    left join ledger_entry e on e.item_id = i.id and e.effective_on <= s.as_of and e.position <= s.position
   group by s.id, i.id, c.id
), book as (
  select standing, customer, currency, sum(amount) as total, sum(base_amount) as base_total, count(*) as items
    from moved where amount <> 0 group by standing, customer, currency
)
select coalesce(r.standing, b.standing) as standing, coalesce(r.customer, b.customer) as customer, coalesce(r.currency, b.currency) as currency,
       r.total, b.total as in_the_book
  from rows r full join book b on b.standing = r.standing and coalesce(b.customer, 0) = coalesce(r.customer, 0) and b.currency = r.currency
 where (r.total, r.base_total, r.items) is distinct from (b.total, b.base_total, b.items)
