-- The work of the source, moved so that its last invoice is of %(today)s; what would be paid later is not paid yet.
update bench_invoice set on_date = on_date + shift, due_on = due_on + shift
  from (select %(today)s::date - max(on_date) as shift from bench_invoice) s;
update bench_receipt set on_date = on_date + (%(today)s::date - date '2025-12-31');
delete from bench_receipt where on_date > %(today)s::date;
delete from bench_pair p where not exists (select from bench_receipt r where r.r = p.r);
analyze bench_invoice; analyze bench_receipt; analyze bench_pair
