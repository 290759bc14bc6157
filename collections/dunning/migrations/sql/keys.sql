-- A row of one company cannot point at a row of another.
alter table dunning_dunningstep add constraint dunning_step_policy_fk
    foreign key (company_id, policy_id) references dunning_dunningpolicy (company_id, id) on delete cascade;
alter table dunning_dunningminimum add constraint dunning_minimum_policy_fk
    foreign key (company_id, policy_id) references dunning_dunningpolicy (company_id, id) on delete cascade;
alter table dunning_customerpolicy
    add constraint dunning_customerpolicy_customer_fk
        foreign key (company_id, customer_id) references customers_customer (company_id, id) on delete cascade,
    add constraint dunning_customerpolicy_policy_fk
        foreign key (company_id, policy_id) references dunning_dunningpolicy (company_id, id);
alter table dunning_cycle add constraint dunning_cycle_customer_fk
    foreign key (company_id, customer_id) references customers_customer (company_id, id);
alter table dunning_notice
    add constraint dunning_notice_run_fk
        foreign key (company_id, run_id) references dunning_dunningrun (company_id, id) on delete cascade,
    add constraint dunning_notice_customer_fk
        foreign key (company_id, customer_id) references customers_customer (company_id, id),
    add constraint dunning_notice_policy_fk
        foreign key (company_id, policy_id) references dunning_dunningpolicy (company_id, id),
    add constraint dunning_notice_cycle_fk
        foreign key (company_id, cycle_id) references dunning_cycle (company_id, id);
alter table dunning_noticetotal add constraint dunning_noticetotal_notice_fk
    foreign key (company_id, notice_id) references dunning_notice (company_id, id) on delete cascade;
alter table dunning_noticeitem
    add constraint dunning_noticeitem_notice_fk
        foreign key (company_id, notice_id) references dunning_notice (company_id, id) on delete cascade,
    add constraint dunning_noticeitem_item_fk
        foreign key (company_id, item_id, currency) references ledger_item (company_id, id, currency);
alter table dunning_skipped
    add constraint dunning_skipped_run_fk
        foreign key (company_id, run_id) references dunning_dunningrun (company_id, id) on delete cascade,
    add constraint dunning_skipped_customer_fk
        foreign key (company_id, customer_id) references customers_customer (company_id, id);

-- What a reminder said stays as it was decided; only that it announces an item may be taken back.
create function dunning_refuse_change() returns trigger
language plpgsql as $$
begin
    raise exception 'what a reminder states is never changed' using errcode = 'restrict_violation';
end
$$;

create trigger dunning_noticetotal_frozen before update or delete on dunning_noticetotal
    for each row execute function dunning_refuse_change();
create trigger dunning_noticeitem_kept before delete on dunning_noticeitem
    for each row execute function dunning_refuse_change();
create trigger dunning_noticeitem_frozen before update on dunning_noticeitem
    for each row when (
        new.announces is not null
        or (new.company_id, new.notice_id, new.item_id, new.document_id, new.number, new.line, new.currency,
            new.open_amount, new.due_on, new.days)
           is distinct from
           (old.company_id, old.notice_id, old.item_id, old.document_id, old.number, old.line, old.currency,
            old.open_amount, old.due_on, old.days))
    execute function dunning_refuse_change();
create trigger dunning_notice_frozen before update on dunning_notice
    for each row when (
        (new.company_id, new.run_id, new.customer_id, new.policy_id, new.step, new.step_days, new.tone, new.language)
        is distinct from
        (old.company_id, old.run_id, old.customer_id, old.policy_id, old.step, old.step_days, old.tone, old.language)
        or new.cycle_id is distinct from old.cycle_id)
    execute function dunning_refuse_change();
create trigger dunning_notice_kept before delete on dunning_notice
    for each row execute function dunning_refuse_change();
