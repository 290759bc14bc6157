-- A history %(years)s years long at one density: every invoice paid in full 40 days after it was due, the youngest still open.
-- However long the history, the same number is open on any day.
create temp table bench_invoice as
select n, c.id as customer_id, on_date, on_date + 30 as due_on, net, round(net * 0.13, 2) as tax, net + round(net * 0.13, 2) as total
  from (select n, 1 + (n::bigint * 7919) %% greatest(%(size)s / %(years)s / 10, 1) as customer,
               date '2025-12-31' - 365 * %(years)s + (n::bigint * 365 * %(years)s / %(size)s)::int as on_date, (10 + (n::bigint * 104729) %% 99000)::numeric / 100 as net
          from generate_series(1, %(size)s) n) g
  join customers_customer c on c.company_id = %(company)s and c.code = 'B' || lpad(customer::text, 7, '0');
create unique index on bench_invoice (n);
create temp table bench_receipt as
select row_number() over (order by n)::int as r, n, customer_id, due_on + 40 as on_date, total as amount from bench_invoice where due_on + 40 <= date '2025-12-31';
create unique index on bench_receipt (r);
create temp table bench_pair as select r, n, amount from bench_receipt;
create index on bench_pair (r);
analyze bench_invoice; analyze bench_receipt; analyze bench_pair;
