-- title: Document numbers have no gap
-- why: a missing number is a missing document to an auditor
select kind, series_year, count(*) as documents, max(series_no) as last_number
  from ledger_document where company_id = %(company)s and series_no is not null
 group by kind, series_year having count(*) <> max(series_no) or min(series_no) <> 1
