-- title: Statement numbers have no gap
-- why: a missing number is a paper nobody can account for
select n.year, n.last_number, count(s.id) as statements
  from core_numberseries n
  left join statements_statement s
    on s.company_id = n.company_id and s.number like n.prefix || '-' || n.year || '-%%'
 where n.company_id = %(company)s and n.kind = 'statement'
 group by n.id, n.year, n.last_number
having count(s.id) <> n.last_number
