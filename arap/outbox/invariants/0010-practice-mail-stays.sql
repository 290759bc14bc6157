-- title: No message of a practice company was ever handed over
-- why: people practise on addresses that may be somebody's
select a.message_id as message, a.number as attempt, a.handed_over_at
  from outbox_attempt a join core_company c on c.id = a.company_id
 where a.company_id = %(company)s and c.practice_for_id is not null and a.handed_over_at is not null
