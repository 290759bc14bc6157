-- title: Both sides of every application are equal
-- why: money must not appear or vanish between a credit and a debit
select application_id as application, least(item_id, counter_item_id) as item, sum(amount) as difference
  from ledger_entry where company_id = %(company)s and application_id is not null
 group by application_id, least(item_id, counter_item_id), greatest(item_id, counter_item_id)
having sum(amount) <> 0 or count(*) <> 2
