-- title: A write-off stands exactly as long as its document, and no more is recovered than was written off
-- why: a debt that was given up must not look owed, nor one that is owed again look given up
select w.id as write_off, w.state, d.number, m.number as reversed_by, w.amount, r.recovered
  from receipts_writeoff w
  left join ledger_document d on d.id = w.document_id
  left join ledger_document m on m.reverses_id = d.id and m.company_id = w.company_id
 cross join lateral (
   select coalesce(sum(r.amount) filter (where x.id is null), 0) as recovered
     from receipts_recovery r left join ledger_document x on x.reverses_id = r.document_id
    where r.write_off_id = w.id) r
 where w.company_id = %(company)s
   and ((w.state in ('posted', 'reversed')) <> (d.id is not null) or (w.state = 'reversed') <> (m.id is not null)
        or r.recovered > w.amount or (w.state = 'reversed' and r.recovered > 0))
