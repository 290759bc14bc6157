-- The work of one measurement, the same for every size and run: %(size)s invoices of %(size)s / 10 customers over three
-- years, half as many receipts (60 in 100 pay one invoice, 15 a part of one, 25 two or three), 58 in 100 invoices paid.
create temp table bench_invoice as
with numbered as (
  select n, 1 + (n::bigint * 7919) %% greatest(%(size)s / 10, 1) as customer, date '2023-01-01' + (n::bigint * 1095 / %(size)s)::int as on_date,
         case n %% 3 when 0 then 30 when 1 then 45 else 60 end as days, (10 + (n::bigint * 104729) %% 99000)::numeric / 100 as net
    from generate_series(1, %(size)s) n
)
select n, c.id as customer_id, on_date, on_date + days as due_on, net, round(net * 0.13, 2) as tax, net + round(net * 0.13, 2) as total
  from numbered join customers_customer c on c.company_id = %(company)s and c.code = 'B' || lpad(customer::text, 7, '0');
create unique index on bench_invoice (n);

-- invoices are paid in threes of one customer: a receipt pays one, a part of one, two, or all three
create temp table bench_payment as
with ranked as (
  select n, customer_id, due_on, total, (row_number() over (partition by customer_id order by n) - 1) as nth from bench_invoice
), grouped as (
  select *, nth / 3 as trio, nth %% 3 as place, (nth / 3 * 31 + customer_id * 17) %% 100 as chance from ranked
)
select n, customer_id, total, due_on + (chance %% 50)::int - 10 as paid_on,
       case when chance < 25 then 0 else place end as part,
       case when chance between 25 and 39 then round(total * 0.6, 2) else total end as amount, trio, chance
  from grouped
 where case when chance < 8 then place < 3 when chance < 25 then place < 2 when chance < 85 then place < 2 else false end;
create temp table bench_receipt as
select row_number() over (order by max(paid_on), customer_id, trio, part)::int as r, customer_id, trio, part, max(paid_on) as on_date, sum(amount) as amount
  from bench_payment group by customer_id, trio, part;
create unique index on bench_receipt (r);
create temp table bench_pair as
select p.r, b.n, b.amount from bench_payment b join bench_receipt p using (customer_id, trio, part);
create index on bench_pair (r);
analyze bench_invoice; analyze bench_receipt; analyze bench_pair;
