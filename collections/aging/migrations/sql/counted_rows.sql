-- How many customers are overdue, and how many have credit, is counted from these alone.
create index aging_standingrow_late on aging_standingrow (standing_id, customer_id)
 where buckets[2] + buckets[3] + buckets[4] + buckets[5] > 0;
create index aging_standingrow_credit on aging_standingrow (standing_id, customer_id) where unapplied < 0;
