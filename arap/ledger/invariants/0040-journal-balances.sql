-- title: Debits equal credits in every document and application, and every document has its lines
-- why: an unbalanced journal cannot be exported to a general ledger
select 'document' as owner, d.id, sum(l.base_amount) as base_difference, count(l.id) as lines
  from ledger_document d left join ledger_journalline l on l.document_id = d.id
 where d.company_id = %(company)s
 group by d.id, d.line_count having coalesce(sum(l.base_amount), 0) <> 0 or count(l.id) <> d.line_count
union all
select 'application', application_id, sum(base_amount), count(*) from ledger_journalline
 where company_id = %(company)s and application_id is not null group by application_id having sum(base_amount) <> 0
