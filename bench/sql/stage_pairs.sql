insert into book_application (ref, effective_on, policy)
select r, on_date, 'bench' from bench_receipt where r between %(first)s and %(last)s;
insert into book_pair (ref, seq, credit_item_id, debit_item_id, amount)
select p.r, row_number() over (partition by p.r order by p.n), c.id, d.item_id, p.amount
  from bench_pair p
  join book_item c on c.ref = p.r
  join bench_item d on d.n = p.n
 where p.r between %(first)s and %(last)s
