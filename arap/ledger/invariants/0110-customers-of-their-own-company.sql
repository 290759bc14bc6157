-- title: Items and entries belong to customers of their own company
-- why: a receivable of another company's customer would leak data between companies
select i.id as item, i.customer_id as customer from ledger_item i join customers_customer c on c.id = i.customer_id
 where i.company_id = %(company)s and c.company_id <> i.company_id
