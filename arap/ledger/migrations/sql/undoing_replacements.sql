-- Undoes a replacement as of a day: its mirror takes what it opened, and what it closed is open again by entries that
-- reverse the first ones, with the same base. What it opened must be open in full; the caller settles it with its mirror.
create function ledger_undo_replacement(p_company bigint, p_document bigint, p_on date, p_memo text, p_salt bytea,
                                        p_actor bigint, p_verb text, p_key text) returns bigint
language plpgsql as $$
declare taken bigint; made bigint;
begin
  perform ledger_lock(p_company, array[p_on], '{}', array(
    select id from ledger_item where document_id = p_document
    union select item_id from ledger_entry where document_id = p_document));
  perform ledger_open_staging();
  insert into book_document (ref, kind, customer_id, currency, rate, total, document_on, posted_on, memo, salt, reverses_id)
  select 0, kind, customer_id, currency, rate, -total, p_on, p_on, p_memo, p_salt, id
    from ledger_document where company_id = p_company and id = p_document
  returning id into made;
  perform ledger_take_numbers(p_company);
  taken := ledger_posting_of(p_company, p_actor, p_verb, p_key);
  with mirrored as materialized (
    select nextval('ledger_item_id_seq') as id, i.* from (
      select id as opened_id, line, account_id, customer_id, currency, -amount as amount, -base_amount as base_amount
        from ledger_item where document_id = p_document) i
  ), reopened as materialized (
    select e.*, row_number() over (order by e.id) as nth from ledger_entry e where e.document_id = p_document
  ), documents as (
    insert into ledger_document (id, company_id, position, kind, number, series_year, series_no, customer_id, currency, rate, total,
      base_total, document_on, posted_on, item_count, line_count, reverses_id, reason_code, text_digest)
    select b.id, p_company, taken, b.kind, b.number, b.series_year, b.series_no, b.customer_id, b.currency, b.rate, b.total,
           -d.base_total, p_on, p_on, d.item_count, d.line_count, d.id, d.reason_code,
           sha256(b.salt || convert_to(chr(10) || b.memo, 'UTF8'))
      from book_document b join ledger_document d on d.id = b.reverses_id
  ), texts as (
    insert into ledger_documenttext (document_id, company_id, reference, memo, salt)
    select id, p_company, '', memo, salt from book_document where salt is not null
  ), items as (
    insert into ledger_item (id, company_id, position, document_id, line, account_id, customer_id, currency, amount, base_amount, posted_on,
      document_on, due_on, original_due_on, aged_from_on, origin_item_id, open_amount, open_base_amount, first_effective_on,
      last_effective_on, last_position)
    select id, p_company, taken, made, line, account_id, customer_id, currency, amount, base_amount, p_on, p_on, p_on, p_on, p_on, opened_id,
           amount, base_amount, date '9999-12-31', p_on, taken
      from mirrored
  ), entries as (
    insert into ledger_entry (company_id, position, document_id, item_id, currency, amount, base_amount, effective_on, customer_id,
      account_id, aged_from_on, reverses_id)
    select p_company, taken, made, item_id, currency, -amount, -base_amount, p_on, customer_id, account_id, aged_from_on, id from reopened
  )
  insert into ledger_journalline (company_id, position, document_id, line, account_id, item_id, customer_id, currency, amount, base_amount,
    posted_on, tax_code)
  select p_company, taken, made, line, account_id, id, customer_id, currency, amount, base_amount, p_on, '' from mirrored
  union all
  select p_company, taken, made, (select count(*) from mirrored) + nth, account_id, item_id, customer_id, currency, -amount, -base_amount, p_on, ''
    from reopened
  union all
  select p_company, taken, made, l.line, l.account_id, null, null, l.currency, -l.amount, -l.base_amount, p_on, l.tax_code
    from ledger_journalline l where l.document_id = p_document and l.item_id is null;
  return made;
end $$;
