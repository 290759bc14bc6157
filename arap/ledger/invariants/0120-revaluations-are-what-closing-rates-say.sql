-- title: Adjustment accounts hold what closing rates make of the open items, as known when they were revalued
-- why: an unrealised difference counted twice, or of an item that was paid, is a profit that nobody made
with revalued as materialized (
  select d.posted_on as month_end, d.currency, max(d.position) as position,
         (array_agg(d.rate order by d.position desc))[1] as rate
    from ledger_document d
   where d.company_id = %(company)s and d.kind = 'fx' and d.reason_code = 'revaluation' and d.reverses_id is null
   group by d.posted_on, d.currency
), held as (
  select l.posted_on as month_end, l.currency, l.item_id, sum(l.base_amount) as base_amount
    from ledger_journalline l
    join ledger_document d on d.id = l.document_id and d.kind = 'fx' and d.reason_code = 'revaluation' and d.reverses_id is null
   where l.company_id = %(company)s and l.item_id is not null
   group by l.posted_on, l.currency, l.item_id
), open as (
  select r.month_end, r.currency, r.rate, i.id as item_id, i.amount + coalesce(sum(e.amount), 0) as amount,
         i.base_amount + coalesce(sum(e.base_amount), 0) as base_amount
    from revalued r
    join ledger_item i on i.currency = r.currency and i.posted_on <= r.month_end and i.position <= r.position
     and (i.settled_on > r.month_end or i.last_position > r.position)
    join ledger_account a on a.id = i.account_id and a.role in ('receivable', 'bills', 'unidentified')
    left join ledger_entry e on e.item_id = i.id and e.effective_on <= r.month_end and e.position <= r.position
   where i.company_id = %(company)s
   group by r.month_end, r.currency, r.rate, i.id
)
select coalesce(o.month_end, h.month_end) as month_end, coalesce(o.item_id, h.item_id) as item,
       coalesce(h.base_amount, 0) as held, coalesce(round(o.amount * o.rate, core_minor_unit(c.base_currency)) - o.base_amount, 0) as difference
  from open o
  full join held h on h.month_end = o.month_end and h.item_id = o.item_id
  join core_company c on c.id = %(company)s
 where coalesce(h.base_amount, 0) <> coalesce(round(o.amount * o.rate, core_minor_unit(c.base_currency)) - o.base_amount, 0)
