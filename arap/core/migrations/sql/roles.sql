-- The role under which web, worker and tests act. It owns nothing and may only do what is granted.
-- A role belongs to the whole server: another database may have made it, even at this moment.
do $$
begin
    if not exists (select from pg_roles where rolname = 'arap_app') then
        begin
            create role arap_app nologin;
        exception when duplicate_object or unique_violation then
            null;
        end;
    end if;
    -- Making a role gives its maker the right to administer it, not yet to act as it (PostgreSQL 16).
    grant arap_app to current_user;
end
$$;

grant usage on schema public to arap_app;
-- Tables that other apps' migrations made before this one ran, and those still to come.
grant select, insert, update, delete on all tables in schema public to arap_app;
grant usage, select on all sequences in schema public to arap_app;
alter default privileges in schema public
    grant select, insert, update, delete on tables to arap_app;
alter default privileges in schema public
    grant usage, select on sequences to arap_app;
