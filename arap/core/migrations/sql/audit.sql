-- The audit log is only ever added to, also by the owner of the tables.
create function core_auditentry_refuse() returns trigger
language plpgsql as $$
begin
    raise exception 'the audit log is append-only: % refused', tg_op
        using errcode = 'restrict_violation';
end
$$;

create trigger core_auditentry_append_only before update or delete on core_auditentry
    for each row execute function core_auditentry_refuse();
create trigger core_auditentry_no_truncate before truncate on core_auditentry
    for each statement execute function core_auditentry_refuse();

revoke update, delete, truncate on core_auditentry from arap_app;
