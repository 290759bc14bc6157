-- title: What is owed for bills with recourse is the bills that were passed on with recourse and are not paid
-- why: a liability that outlives its bill, or is missing beside it, misstates the balance sheet
with booked as (
  select l.currency, -sum(l.amount) as amount from ledger_journalline l
    join ledger_account a on a.id = l.account_id and a.role = 'bills_liability'
   where l.company_id = %(company)s group by l.currency
), standing as (
  select currency, sum(amount) as amount from bills_bill
   where company_id = %(company)s and with_recourse and state in ('endorsed', 'discounted') group by currency
)
select currency, b.amount as booked, s.amount as standing
  from booked b full join standing s using (currency)
 where coalesce(b.amount, 0) <> coalesce(s.amount, 0)
