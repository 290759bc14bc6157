-- A row of one company cannot point at a row of another.
alter table customers_customer
    add constraint customers_customer_parent_fk
        foreign key (company_id, parent_id) references customers_customer (company_id, id),
    add constraint customers_customer_root_fk
        foreign key (company_id, root_id) references customers_customer (company_id, id),
    add constraint customers_customer_terms_fk
        foreign key (company_id, terms_id) references customers_paymentterms (company_id, id);
alter table customers_payeraccount add constraint customers_payeraccount_customer_fk
    foreign key (company_id, customer_id) references customers_customer (company_id, id);
alter table customers_contact add constraint customers_contact_customer_fk
    foreign key (company_id, customer_id) references customers_customer (company_id, id);

-- The root is always the parent's root, or the row itself. Whoever writes one is overruled.
create function customers_customer_set_root() returns trigger
language plpgsql as $$
declare
    ancestor bigint;
begin
    if new.parent_id is null then
        new.root_id := new.id;
        return new;
    end if;
    if tg_op = 'UPDATE' and new.parent_id is distinct from old.parent_id then
        -- Two people who hang A under B and B under A at once would each see no cycle.
        perform pg_advisory_xact_lock(hashtextextended('customers_customer tree', new.company_id));
        -- Step by step, each by primary key: in a bulk load a recursive query would scan the table.
        ancestor := new.parent_id;
        while ancestor is not null loop
            if ancestor = new.id then
                raise exception 'customer % cannot stand under itself', new.id
                    using errcode = 'check_violation', constraint = 'customers_customer_no_cycle';
            end if;
            select parent_id into ancestor from customers_customer where id = ancestor;
        end loop;
    end if;
    -- Shared lock: the parent's root must not change between this read and our commit.
    select root_id into new.root_id from customers_customer
        where company_id = new.company_id and id = new.parent_id
        for share;
    if not found then
        raise exception 'parent % of customer % is missing', new.parent_id, new.id
            using errcode = 'foreign_key_violation', constraint = 'customers_customer_parent_fk';
    end if;
    return new;
end
$$;

create trigger customers_customer_root before insert or update of parent_id, root_id
    on customers_customer for each row execute function customers_customer_set_root();

-- Children follow: each level's update fires the next.
create function customers_customer_pass_root() returns trigger
language plpgsql as $$
begin
    update customers_customer set root_id = new.root_id
        where company_id = new.company_id and parent_id = new.id and root_id <> new.root_id;
    return null;
end
$$;

create trigger customers_customer_pass_root after update of parent_id, root_id
    on customers_customer for each row when (old.root_id <> new.root_id)
    execute function customers_customer_pass_root();
