-- A row of one company cannot point at a row of another.
alter table charges_chargepolicy
    add constraint charges_chargepolicy_customer_fk
        foreign key (company_id, customer_id) references customers_customer (company_id, id),
    add constraint charges_chargepolicy_tax_code_fk
        foreign key (company_id, tax_code_id) references core_taxcode (company_id, id);
alter table charges_chargedspan
    add constraint charges_chargedspan_run_fk foreign key (company_id, run_id) references charges_chargerun (company_id, id),
    add constraint charges_chargedspan_item_fk
        foreign key (company_id, item_id, currency) references ledger_item (company_id, id, currency),
    add constraint charges_chargedspan_charge_fk
        foreign key (company_id, charge_id) references invoices_invoice (company_id, id);

-- What was charged stays charged: it is waived by a credit note, never by forgetting it.
create function charges_refuse_change() returns trigger language plpgsql as $$
begin
    raise exception 'Charged days are kept: % of % is refused. Credit the charge instead.', lower(tg_op), tg_table_name
        using errcode = 'restrict_violation', constraint = 'charges_frozen';
end $$;
create trigger charges_chargedspan_frozen before update or delete on charges_chargedspan
    for each row execute function charges_refuse_change();
create trigger charges_chargedspan_keep before truncate on charges_chargedspan
    for each statement execute function charges_refuse_change();
create trigger charges_chargerun_frozen before update or delete on charges_chargerun
    for each row execute function charges_refuse_change();
create trigger charges_chargerun_keep before truncate on charges_chargerun
    for each statement execute function charges_refuse_change();
revoke update, delete, truncate on charges_chargedspan, charges_chargerun from arap_app;
