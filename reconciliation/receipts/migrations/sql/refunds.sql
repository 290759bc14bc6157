-- A row of one company cannot point at a row of another.
alter table receipts_payout
    add constraint receipts_payout_bank_account_fk
        foreign key (company_id, bank_account_id) references core_companybankaccount (company_id, id),
    add constraint receipts_payout_xml_fk
        foreign key (company_id, xml_id) references core_storedfile (company_id, id),
    add constraint receipts_payout_csv_fk
        foreign key (company_id, csv_id) references core_storedfile (company_id, id);
alter table receipts_refund
    add constraint receipts_refund_account_fk
        foreign key (company_id, account_id) references customers_bankaccount (company_id, id),
    add constraint receipts_refund_payout_fk
        foreign key (company_id, payout_id) references receipts_payout (company_id, id),
    add constraint receipts_refund_item_fk foreign key (item_id) references ledger_item (id),
    add constraint receipts_refund_document_fk foreign key (document_id) references ledger_document (id);

-- A file that went to the bank is kept as it was made.
create trigger receipts_payout_keep before update or delete or truncate on receipts_payout
    for each statement execute function receipts_refuse();
revoke update, delete, truncate on receipts_payout from arap_app;

-- Each step is taken once and in order; a refund is in one file and no other.
create function receipts_refund_frozen() returns trigger language plpgsql as $$
declare step text[];
begin
    if tg_op = 'UPDATE' then
        step := case
            when (old.state, new.state) in (('requested', 'approved'), ('requested', 'rejected'))
                then array['state', 'decided_by_id', 'decided_at', 'decision']
            when old.state in ('requested', 'approved') and new.state = 'cancelled' then array['state', 'outcome']
            when (old.state, new.state) = ('approved', 'ordered') then array['state', 'payout_id']
            when (old.state, new.state) = ('ordered', 'paid') then array['state', 'document_id']
            when (old.state, new.state) in (('ordered', 'failed'), ('paid', 'returned')) then array['state', 'outcome']
        end;
        if step is not null and (to_jsonb(new) - step) = (to_jsonb(old) - step) then
            return new;
        end if;
    end if;
    raise exception 'Refund % is %: % is refused. Cancel or return it instead.', old.id, old.state, lower(tg_op)
        using errcode = 'restrict_violation', constraint = 'receipts_refund_frozen';
end $$;
create trigger receipts_refund_frozen before update or delete on receipts_refund
    for each row execute function receipts_refund_frozen();
create trigger receipts_refund_keep before truncate on receipts_refund
    for each statement execute function receipts_refuse();

-- A refund is of a credit of its own company, goes to an account of that customer, and is what the book says.
create function receipts_refund_whole() returns trigger language plpgsql set enable_seqscan = off as $$
declare bad bigint;
begin
    select r.id into bad from changed r
      left join lateral (select * from ledger_item i where i.id = r.item_id offset 0) i on true
      left join lateral (select * from ledger_document d where d.id = r.document_id offset 0) d on true
      left join customers_bankaccount a on a.id = r.account_id
      left join customers_customer c on c.id = i.customer_id
      left join customers_customer o on o.id = a.customer_id
     where i.company_id is distinct from r.company_id or i.amount > 0 or i.customer_id is null
        or coalesce(o.merged_into_id, o.id) is distinct from coalesce(c.merged_into_id, c.id)
        or (r.document_id is not null and (d.company_id, d.kind, d.customer_id, d.currency, d.total) is distinct from
            (r.company_id, 'refund', i.customer_id, i.currency, r.amount))
     limit 1;
    if found then
        raise exception 'Refund % differs from its credit, its account or its document in the book.', bad
            using errcode = 'restrict_violation', constraint = 'receipts_refund_equals_document';
    end if;
    return null;
end $$;
create trigger receipts_refund_whole_inserted after insert on receipts_refund
    referencing new table as changed for each statement execute function receipts_refund_whole();
create trigger receipts_refund_whole_updated after update on receipts_refund
    referencing new table as changed for each statement execute function receipts_refund_whole();

-- What is asked for is reserved until it is paid or falls: neither another refund nor an application may take it.
create function receipts_refund_reserved() returns trigger language plpgsql as $$
declare bad bigint;
begin
    if not exists (select from receipts_refund where state in ('requested', 'approved', 'ordered')) then
        return null;
    end if;
    if tg_table_name = 'ledger_item' then
        select i.id into bad from changed i join receipts_refund r on r.item_id = i.id
         where i.amount < 0 and r.state in ('requested', 'approved', 'ordered')
         group by i.id, i.open_amount having sum(r.amount) > -i.open_amount limit 1;
    else
        select i.id into bad from receipts_refund r join ledger_item i on i.id = r.item_id
         where r.state in ('requested', 'approved', 'ordered') and i.id in (select item_id from changed)
         group by i.id, i.open_amount having sum(r.amount) > -i.open_amount limit 1;
    end if;
    if found then
        raise exception 'Of the credit % more is reserved for refunds than would be open.', bad
            using errcode = 'restrict_violation', constraint = 'receipts_refund_reserved';
    end if;
    return null;
end $$;
create trigger receipts_refund_reserved after insert on receipts_refund
    referencing new table as changed for each statement execute function receipts_refund_reserved();
create trigger receipts_refund_reserved after update on ledger_item
    referencing new table as changed for each statement execute function receipts_refund_reserved();
