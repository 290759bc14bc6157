-- title: A late charge is the sum of the days and fixed sums it was made for
-- why: what a customer is charged must be shown item by item and day by day
select i.id as charge, i.net_total, i.currency, s.amount as days_sum, s.currencies
  from invoices_invoice i
  left join (select charge_id, sum(interest + fee) as amount, min(currency) as currency, count(distinct currency) as currencies
               from charges_chargedspan where company_id = %(company)s group by charge_id) s on s.charge_id = i.id
 where i.company_id = %(company)s and (i.kind = 'charge' or s.charge_id is not null)
   and (i.kind <> 'charge' or i.state = 'draft' or (i.net_total, i.currency, 1) is distinct from (s.amount, s.currency, s.currencies))
