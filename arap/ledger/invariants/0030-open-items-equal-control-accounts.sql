-- title: Open items equal the control accounts, per account, currency, customer and date
-- why: the sub-ledger and the general ledger must say the same of every customer on every day
select account_id as account, currency, customer_id as customer, on_date, items, journal from (
  select account_id, currency, customer_id, on_date,
         sum(items) as items, sum(items_base) as items_base, sum(journal) as journal, sum(journal_base) as journal_base
    from (
      select account_id, currency, customer_id, posted_on as on_date, amount as items, base_amount as items_base, 0 as journal, 0 as journal_base
        from ledger_item where company_id = %(company)s
      union all
      select account_id, currency, customer_id, effective_on, amount, base_amount, 0, 0 from ledger_entry where company_id = %(company)s
      union all
      select l.account_id, l.currency, l.customer_id, l.posted_on, 0, 0, l.amount, l.base_amount
        from ledger_journalline l join ledger_account a on a.id = l.account_id and a.is_control where l.company_id = %(company)s) f
   group by account_id, currency, customer_id, on_date) d
 where items <> journal or items_base <> journal_base
