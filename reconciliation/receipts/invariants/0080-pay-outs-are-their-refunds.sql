-- title: A pay-out file orders exactly the refunds that name it
-- why: what the bank was told to pay must be what was approved
select p.id as payout, p.message_id, p.total, p.count, sums.total as refunds, sums.count as refund_count
  from receipts_payout p
 cross join lateral (
   select coalesce(sum(r.amount), 0) as total, count(*) as count,
          bool_and(i.currency = p.currency) as same_currency
     from receipts_refund r join ledger_item i on i.id = r.item_id
    where r.payout_id = p.id) sums
 where p.company_id = %(company)s
   and (sums.total <> p.total or sums.count <> p.count or sums.same_currency is distinct from true)
