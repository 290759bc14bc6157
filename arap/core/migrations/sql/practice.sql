-- A practice company never becomes one that counts, nor the other way round.
create function core_company_keep_practice() returns trigger language plpgsql as $$
begin
    raise exception 'whose practice company it is never changes' using errcode = 'restrict_violation';
end $$;

create trigger core_company_keep_practice before update of practice_for_id on core_company
for each row when (old.practice_for_id is distinct from new.practice_for_id)
execute function core_company_keep_practice();
