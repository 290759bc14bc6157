-- A row of one company cannot point at a row of another.
alter table customers_contract
    add constraint customers_contract_customer_fk
        foreign key (company_id, customer_id) references customers_customer (company_id, id),
    add constraint customers_contract_terms_fk
        foreign key (company_id, terms_id) references customers_paymentterms (company_id, id);
alter table customers_contractfile
    add constraint customers_contractfile_contract_fk
        foreign key (company_id, contract_id) references customers_contract (company_id, id),
    add constraint customers_contractfile_file_fk
        foreign key (company_id, file_id) references core_storedfile (company_id, id);

-- A contract that invoices were written under is not deleted but set not to count; its files are only taken off.
create function customers_contract_keep() returns trigger language plpgsql as $$
begin
    if tg_table_name = 'customers_contractfile' and tg_op = 'UPDATE'
       and (to_jsonb(new) - 'removed_at') = (to_jsonb(old) - 'removed_at') then
        return new;
    end if;
    raise exception 'contracts and their files are kept: % refused', tg_op
        using errcode = 'restrict_violation', constraint = 'customers_contract_kept';
end $$;
create trigger customers_contract_kept before delete on customers_contract
    for each row execute function customers_contract_keep();
create trigger customers_contract_keep before truncate on customers_contract
    for each statement execute function customers_contract_keep();
create trigger customers_contractfile_kept before update or delete on customers_contractfile
    for each row execute function customers_contract_keep();
create trigger customers_contractfile_keep before truncate on customers_contractfile
    for each statement execute function customers_contract_keep();
