-- A hold is never edited, for whichever role: it is released once, and another one is set.
create function cases_refuse_change() returns trigger
language plpgsql as $$
begin
    raise exception 'a hold is never changed: % refused', tg_op using errcode = 'restrict_violation';
end
$$;

create trigger cases_hold_frozen before update on cases_hold
    for each row when (
        (new.id, new.company_id, new.customer_id, new.reason, new.note, new.starts_on, new.set_at)
        is distinct from
        (old.id, old.company_id, old.customer_id, old.reason, old.note, old.starts_on, old.set_at)
        or new.item_id is distinct from old.item_id or new.ends_on is distinct from old.ends_on
        or new.set_by_id is distinct from old.set_by_id
        or (old.released_on is not null
            and (new.released_on, new.released_by_id) is distinct from (old.released_on, old.released_by_id)))
    execute function cases_refuse_change();
create trigger cases_hold_keep before delete or truncate on cases_hold
    for each statement execute function cases_refuse_change();
revoke delete, truncate, update on cases_hold from arap_app;
grant update (released_on, released_by_id) on cases_hold to arap_app;
