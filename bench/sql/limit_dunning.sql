-- The best we know by hand for a first night, into the same tables: who owes what is overdue, the step it has reached,
-- its cycle, totals and items, in four statements over the open items of today. It knows one policy, no hold, no history.
insert into dunning_dunningrun (company_id, as_of, position, state) values (%(company)s, %(as_of)s, 0, 'deciding');
create temp table bench_due on commit drop as
select customer_id, currency,
       case when max(days) >= 60 then 4 when max(days) >= 30 then 3 when max(days) >= 15 then 2 when max(days) >= 1 then 1
            else 0 end as step,
       coalesce(sum(open_amount) filter (where days > 0), 0) as overdue,
       coalesce(sum(open_amount) filter (where days between -3 and 0), 0) as soon,
       coalesce(sum(open_amount) filter (where amount < 0), 0) as credit,
       min(aged_from_on) filter (where amount > 0) + 1 as started_on
  from (select customer_id, currency, open_amount, amount, aged_from_on,
               case when amount > 0 then %(as_of)s::date - aged_from_on end as days
          from ledger_item where company_id = %(company)s and open_amount <> 0) i
 group by customer_id, currency having max(days) >= -3;
insert into dunning_cycle (company_id, customer_id, started_on, seen_on)
select %(company)s, customer_id, started_on, %(as_of)s from bench_due where step > 0;
insert into dunning_notice (company_id, run_id, customer_id, policy_id, cycle_id, step, step_days, tone, language, state)
select %(company)s, r.id, b.customer_id, s.policy_id, c.id, b.step, s.days, s.tone, 'en', 'proposed'
  from bench_due b
  join dunning_dunningrun r on r.company_id = %(company)s and r.as_of = %(as_of)s
  join dunning_dunningstep s on s.company_id = %(company)s and s.number = b.step
  left join dunning_cycle c on c.company_id = %(company)s and c.customer_id = b.customer_id
 where b.overdue + case when b.step = 0 then b.soon else 0 end + b.credit > 0;
insert into dunning_noticetotal (company_id, notice_id, currency, overdue, soon, credit)
select n.company_id, n.id, b.currency, b.overdue, case when n.step = 0 then b.soon else 0 end, b.credit
  from dunning_notice n join bench_due b on b.customer_id = n.customer_id where n.company_id = %(company)s;
insert into dunning_noticeitem
       (company_id, notice_id, item_id, document_id, number, line, currency, open_amount, due_on, days, announces)
select n.company_id, n.id, i.id, d.id, d.number, i.line, i.currency, i.open_amount, i.aged_from_on,
       %(as_of)s::date - i.aged_from_on, case when i.aged_from_on >= %(as_of)s then 0 end
  from dunning_notice n
  join ledger_item i on i.company_id = n.company_id and i.customer_id = n.customer_id
  join ledger_document d on d.id = i.document_id
 where n.company_id = %(company)s and i.open_amount > 0 and i.amount > 0
   and (i.aged_from_on < %(as_of)s or (n.step = 0 and i.aged_from_on <= %(as_of)s::date + 3));

-- what a commit would check, too
set constraints all immediate;
