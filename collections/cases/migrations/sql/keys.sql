-- A row of one company cannot point at a row of another, and an item is its customer's.
alter table cases_hold add constraint cases_hold_customer_fk
    foreign key (company_id, customer_id) references customers_customer (company_id, id);

create function cases_hold_check_item() returns trigger
language plpgsql as $$
begin
    if new.item_id is not null and not exists (
        select from ledger_item
         where id = new.item_id and company_id = new.company_id and customer_id = new.customer_id
    ) then
        raise exception 'item % is not of customer %', new.item_id, new.customer_id
            using errcode = 'foreign_key_violation', constraint = 'cases_hold_item_fk';
    end if;
    return new;
end
$$;

create trigger cases_hold_item before insert or update of item_id, customer_id, company_id
    on cases_hold for each row execute function cases_hold_check_item();
