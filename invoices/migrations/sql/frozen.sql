-- What is posted is frozen, for every role: only the step from posted to credited is left.
create function invoices_invoice_frozen() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' and (to_jsonb(new) - 'state') = (to_jsonb(old) - 'state')
       and (old.state, new.state) in (('posted', 'posted'), ('posted', 'credited'), ('credited', 'credited')) then
        return new;
    end if;
    raise exception 'Invoice % is posted: % is refused. Credit it instead.', old.id, lower(tg_op)
        using errcode = 'restrict_violation', constraint = 'invoices_invoice_frozen';
end $$;
create trigger invoices_invoice_frozen before update or delete on invoices_invoice
    for each row when (old.state <> 'draft') execute function invoices_invoice_frozen();

create function invoices_refuse_truncate() returns trigger language plpgsql as $$
begin
    raise exception 'Posted documents are kept: truncate of % is refused.', tg_table_name using errcode = 'restrict_violation';
end $$;
create trigger invoices_invoice_keep before truncate on invoices_invoice
    for each statement execute function invoices_refuse_truncate();
create trigger invoices_invoiceline_keep before truncate on invoices_invoiceline
    for each statement execute function invoices_refuse_truncate();
create trigger invoices_invoiceinstalment_keep before truncate on invoices_invoiceinstalment
    for each statement execute function invoices_refuse_truncate();

-- Lines and instalments are part of what is posted: none is added, changed or taken away after it.
create function invoices_parts_frozen() returns trigger language plpgsql set enable_seqscan = off as $$
declare posted bigint;
begin
    -- looked up by key, whatever the tables' size was when this was first planned
    select t.invoice_id into posted from touched t
     cross join lateral (select state from invoices_invoice i where i.id = t.invoice_id offset 0) i
     where i.state <> 'draft' limit 1;
    if found then
        raise exception 'Invoice % is posted: % of its parts is refused. Credit it instead.', posted, lower(tg_op)
            using errcode = 'restrict_violation', constraint = 'invoices_invoice_frozen';
    end if;
    return null;
end $$;
create trigger invoices_invoiceline_added after insert on invoices_invoiceline
    referencing new table as touched for each statement execute function invoices_parts_frozen();
create trigger invoices_invoiceline_changed after update on invoices_invoiceline
    referencing old table as touched for each statement execute function invoices_parts_frozen();
create trigger invoices_invoiceline_moved after update on invoices_invoiceline
    referencing new table as touched for each statement execute function invoices_parts_frozen();
create trigger invoices_invoiceline_removed after delete on invoices_invoiceline
    referencing old table as touched for each statement execute function invoices_parts_frozen();
create trigger invoices_invoiceinstalment_added after insert on invoices_invoiceinstalment
    referencing new table as touched for each statement execute function invoices_parts_frozen();
create trigger invoices_invoiceinstalment_changed after update on invoices_invoiceinstalment
    referencing old table as touched for each statement execute function invoices_parts_frozen();
create trigger invoices_invoiceinstalment_moved after update on invoices_invoiceinstalment
    referencing new table as touched for each statement execute function invoices_parts_frozen();
create trigger invoices_invoiceinstalment_removed after delete on invoices_invoiceinstalment
    referencing old table as touched for each statement execute function invoices_parts_frozen();
