-- A batch begins where the one before ended, so that no posting is in two of them and none is left out; it never changes.
create function ledger_voucherbatch_follows() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  perform from ledger_book where company_id = new.company_id for no key update;
  if new.after_position <> coalesce((select max(to_position) from ledger_voucherbatch where company_id = new.company_id), 0) then
    raise exception 'A batch of vouchers begins where the one before ended.' using errcode = 'integrity_constraint_violation';
  end if;
  return new;
end $$;
create trigger ledger_voucherbatch_follows before insert on ledger_voucherbatch for each row execute function ledger_voucherbatch_follows();
create trigger ledger_voucherbatch_keep before update or delete or truncate on ledger_voucherbatch
  for each statement execute function ledger_refuse();
revoke update, delete, truncate on ledger_voucherbatch from arap_app;
alter table ledger_voucherbatch
  add constraint ledger_voucherbatch_posting_fk foreign key (company_id, to_position) references ledger_posting (company_id, position);
alter table ledger_voucheraccount
  add constraint ledger_voucheraccount_template_fk foreign key (company_id, template_id) references ledger_vouchertemplate (company_id, id),
  add constraint ledger_voucheraccount_account_fk foreign key (company_id, account_id) references ledger_account (company_id, id);
