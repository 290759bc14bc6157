-- Under whom a customer is counted: its owner, its segment, its group. Whoever keeps sums over customers asks which of them
-- moved since they were made. A time would not tell: what is not committed yet cannot be seen, and may carry an earlier
-- one. The number of the transaction does: all below the oldest that was at work then had been seen.
alter table customers_customer add column moved_in bigint not null default 0;
create index customers_customer_moved on customers_customer (company_id, moved_in) where moved_in > 0;
create function customers_customer_note_move() returns trigger
language plpgsql as $$
begin
    new.moved_in := pg_current_xact_id()::text::bigint;
    return new;
end
$$;
-- After the trigger that sets the root: they fire in the order of their names.
create trigger customers_customer_seen_moving before update of owner_id, segment, parent_id, root_id on customers_customer
    for each row when ((old.owner_id, old.segment, old.root_id) is distinct from (new.owner_id, new.segment, new.root_id))
    execute function customers_customer_note_move();
