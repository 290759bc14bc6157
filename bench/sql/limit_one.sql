-- One invoice, and one receipt with its application, as one call each: what an application pays for a round trip.
create or replace function pg_temp.limit_post_one(p_company bigint, p_receivable bigint, p_revenue bigint, p_tax_account bigint, p_customer bigint, p_on date, p_due date,
  p_net numeric, p_tax numeric) returns bigint language plpgsql as $$
declare v_position bigint; v_number int; v_document bigint := nextval('ledger_document_id_seq'); v_item bigint := nextval('ledger_item_id_seq');
begin
  insert into core_numberseries as s (company_id, kind, year, prefix, last_number) values (p_company, 'invoice', extract(year from p_on), 'INV', 1)
  on conflict (company_id, kind, year) do update set last_number = s.last_number + 1 returning last_number into v_number;
  insert into ledger_posting (company_id, position, verb) values (p_company, 0, 'bench') returning position into v_position;
  with documents as (
    insert into ledger_document (id, company_id, position, kind, number, series_year, series_no, customer_id, currency, rate, total, base_total,
      document_on, posted_on, item_count, line_count, reason_code)
    values (v_document, p_company, v_position, 'invoice', 'INV-' || extract(year from p_on) || '-' || lpad(v_number::text, 6, '0'), extract(year from p_on),
      v_number, p_customer, 'CNY', 1, p_net + p_tax, p_net + p_tax, p_on, p_on, 1, 3, '')
  ), items as (
    insert into ledger_item (id, company_id, position, document_id, line, account_id, customer_id, currency, amount, base_amount, posted_on, document_on,
      due_on, original_due_on, aged_from_on, open_amount, open_base_amount, first_effective_on, last_effective_on, last_position)
    values (v_item, p_company, v_position, v_document, 1, p_receivable, p_customer, 'CNY', p_net + p_tax, p_net + p_tax, p_on, p_on, p_due, p_due, p_due,
      p_net + p_tax, p_net + p_tax, '9999-12-31', p_on, v_position)
  )
  insert into ledger_journalline (company_id, position, document_id, line, account_id, item_id, customer_id, currency, amount, base_amount, posted_on, tax_code)
  values (p_company, v_position, v_document, 1, p_receivable, v_item, p_customer, 'CNY', p_net + p_tax, p_net + p_tax, p_on, ''),
         (p_company, v_position, v_document, 2, p_revenue, null, null, 'CNY', -p_net, -p_net, p_on, ''),
         (p_company, v_position, v_document, 3, p_tax_account, null, null, 'CNY', -p_tax, -p_tax, p_on, '');
  return v_item;
end $$;

create or replace function pg_temp.limit_receive_one(p_company bigint, p_receivable bigint, p_bank bigint, p_debit bigint, p_amount numeric, p_on date) returns bigint
language plpgsql as $$
declare v_position bigint; v_number int; v_document bigint := nextval('ledger_document_id_seq'); v_item bigint := nextval('ledger_item_id_seq');
  v_application bigint := nextval('ledger_application_id_seq'); v_customer bigint; v_due date;
begin
  select customer_id, aged_from_on into v_customer, v_due from ledger_item where id = p_debit;
  insert into core_numberseries as s (company_id, kind, year, prefix, last_number) values (p_company, 'receipt', extract(year from p_on), 'R', 1)
  on conflict (company_id, kind, year) do update set last_number = s.last_number + 1 returning last_number into v_number;
  perform ledger_lock(p_company, array[p_on], '{}', array[p_debit]);
  insert into ledger_posting (company_id, position, verb) values (p_company, 0, 'bench') returning position into v_position;
  with documents as (
    insert into ledger_document (id, company_id, position, kind, number, series_year, series_no, customer_id, currency, rate, total, base_total,
      document_on, posted_on, item_count, line_count, reason_code)
    values (v_document, p_company, v_position, 'receipt', 'R-' || extract(year from p_on) || '-' || lpad(v_number::text, 6, '0'), extract(year from p_on),
      v_number, v_customer, 'CNY', 1, -p_amount, -p_amount, p_on, p_on, 1, 2, '')
  ), items as (
    insert into ledger_item (id, company_id, position, document_id, line, account_id, customer_id, currency, amount, base_amount, posted_on, document_on,
      due_on, original_due_on, aged_from_on, open_amount, open_base_amount, first_effective_on, last_effective_on, last_position)
    values (v_item, p_company, v_position, v_document, 1, p_receivable, v_customer, 'CNY', -p_amount, -p_amount, p_on, p_on, p_on, p_on, p_on,
      -p_amount, -p_amount, '9999-12-31', p_on, v_position)
  )
  insert into ledger_journalline (company_id, position, document_id, line, account_id, item_id, customer_id, currency, amount, base_amount, posted_on, tax_code)
  values (p_company, v_position, v_document, 1, p_receivable, v_item, v_customer, 'CNY', -p_amount, -p_amount, p_on, ''),
         (p_company, v_position, v_document, 2, p_bank, null, null, 'CNY', p_amount, p_amount, p_on, '');
  with applications as (
    insert into ledger_application (id, company_id, position, effective_on, policy, reason) values (v_application, p_company, v_position, p_on, 'bench', '')
  )
  insert into ledger_entry (company_id, position, application_id, item_id, counter_item_id, currency, amount, base_amount, effective_on, customer_id,
    account_id, aged_from_on)
  values (p_company, v_position, v_application, p_debit, v_item, 'CNY', -p_amount, -p_amount, p_on, v_customer, p_receivable, v_due),
         (p_company, v_position, v_application, v_item, p_debit, 'CNY', p_amount, p_amount, p_on, v_customer, p_receivable, p_on);
  return v_item;
end $$;
