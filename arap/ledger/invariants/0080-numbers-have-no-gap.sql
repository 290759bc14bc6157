-- title: Document numbers have no gap
-- why: a missing number is a missing document to an auditor
select s.kind, s.series_year, s.documents, s.last_number, s.held from (
  select d.kind, d.series_year, count(*) as documents, max(d.series_no) as last_number, min(d.series_no) as first_number,
         /* numbers of the series that documents taken on from elsewhere hold */
         (select count(*) from ledger_document t
           where t.company_id = %(company)s and t.kind = d.kind and t.series_no is null
             and t.number ~ ('^.+-' || d.series_year || '-[0-9]{6,9}$')
             and left(t.number, -length(substring(t.number from '[0-9]+$'))) = min(left(d.number, -length(substring(d.number from '[0-9]+$'))))
             and substring(t.number from '[0-9]+$')::bigint between 1 and max(d.series_no)) as held
    from ledger_document d where d.company_id = %(company)s and d.series_no is not null
   group by d.kind, d.series_year) s
 where s.documents + s.held <> s.last_number
