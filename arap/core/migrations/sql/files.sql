-- A kept file never changes, for whichever role. It may be erased where the law asks for it, by the owner of the tables.
create function core_storedfile_refuse() returns trigger
language plpgsql as $$
begin
    raise exception 'a stored file never changes: % refused', tg_op
        using errcode = 'restrict_violation';
end
$$;

create trigger core_storedfile_frozen before update on core_storedfile
    for each row execute function core_storedfile_refuse();

revoke update, delete, truncate on core_storedfile from arap_app;
