-- title: Postings have no gap and are recorded in order
-- why: "as known at" means the last position recorded by then
select position, recorded_at, before, recorded_before from (
  select position, recorded_at, lag(position, 1, 0::bigint) over w as before, lag(recorded_at) over w as recorded_before
    from ledger_posting where company_id = %(company)s window w as (order by position)) p
 where position <> before + 1 or recorded_at <= recorded_before
