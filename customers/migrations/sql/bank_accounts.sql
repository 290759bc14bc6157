-- A row of one company cannot point at a row of another.
alter table customers_bankaccount
    add constraint customers_bankaccount_customer_fk
        foreign key (company_id, customer_id) references customers_customer (company_id, id);

-- Where money goes never changes: another number is another account. A decision is made once.
create function customers_bankaccount_frozen() returns trigger language plpgsql as $$
declare step text[] := array['state', 'decided_by_id', 'decided_at', 'decision'];
begin
    if tg_op = 'UPDATE' and (to_jsonb(new) - step) = (to_jsonb(old) - step) then
        if (old.state, new.state) in (('proposed', 'approved'), ('proposed', 'rejected')) then
            return new;
        end if;
        if old.state in ('proposed', 'approved') and new.state = 'retired'
           and new.decided_by_id is not distinct from old.decided_by_id then
            return new;
        end if;
    end if;
    raise exception 'Bank account % is %: % is refused. Propose another one.', old.id, old.state, lower(tg_op)
        using errcode = 'restrict_violation', constraint = 'customers_bankaccount_frozen';
end $$;
create trigger customers_bankaccount_frozen before update or delete on customers_bankaccount
    for each row execute function customers_bankaccount_frozen();
create trigger customers_bankaccount_keep before truncate on customers_bankaccount
    for each statement execute function customers_contract_keep();
