-- The staging tables of this session: what a bulk action fills before it asks the book to write. Temporary and private to
-- the connection. Opening empties them (by truncation only when they are large: that costs milliseconds a table, and
-- "on commit delete rows" would cost them at every commit). Amounts finer than any currency are refused here, because the
-- book's own columns would round them without a word; what is finer than its own currency, the book refuses.
create function ledger_open_staging() returns void language plpgsql as $$
begin
  if to_regclass('pg_temp.book_entry') is not null then
    if pg_relation_size('pg_temp.book_document') + pg_relation_size('pg_temp.book_pair') + pg_relation_size('pg_temp.book_undo') < 65536 then
      delete from book_document; delete from book_item; delete from book_line; delete from book_closing;
      delete from book_application; delete from book_pair; delete from book_undo; delete from book_entry;
    else
      truncate book_document, book_item, book_line, book_closing, book_application, book_pair, book_undo, book_entry;
    end if;
    return;
  end if;
  create temp table book_document (
    ref int primary key, id bigint not null default nextval('ledger_document_id_seq'), kind text not null, customer_id bigint, currency text not null, rate numeric not null default 1,
    total numeric not null, document_on date not null, posted_on date not null, number text, series_year int, series_no int,
    reference text, memo text, salt bytea, reason_code text, reverses_id bigint);
  create temp table book_item (
    ref int, line int, id bigint not null default nextval('ledger_item_id_seq'), account_id bigint not null, customer_id bigint, currency text,
    amount numeric not null, base_amount numeric, due_on date not null, original_due_on date, aged_from_on date, origin_item_id bigint,
    primary key (ref, line), constraint book_item_precise check (amount = round(amount, 3)));
  create temp table book_line (
    ref int, line int, account_id bigint not null, amount numeric not null, base_amount numeric, tax_code text,
    primary key (ref, line), constraint book_line_precise check (amount = round(amount, 3)));
  create temp table book_closing (
    ref int, seq int, item_id bigint not null, amount numeric not null, base_amount numeric, currency text, account_id bigint,
    customer_id bigint, aged_from_on date, primary key (ref, seq), constraint book_closing_precise check (amount = round(amount, 3)));
  create temp table book_application (
    ref int primary key, id bigint not null default nextval('ledger_application_id_seq'), effective_on date not null, policy text not null, reason text, undoes_id bigint);
  create temp table book_pair (
    ref int, seq int, credit_item_id bigint not null, debit_item_id bigint not null, amount numeric not null,
    primary key (ref, seq), constraint book_pair_precise check (amount = round(amount, 3)));
  create temp table book_undo (ref int, entry_id bigint primary key);
  create temp table book_entry (
    ref int, item_id bigint, counter_item_id bigint, currency text, customer_id bigint, account_id bigint, aged_from_on date,
    amount numeric, base_amount numeric, reverses_id bigint);
end $$;

-- Posts what stands in the staging tables book_document, book_item, book_line and book_closing of this session:
-- numbers by one update of each series, the position last, then everything in one statement.
-- Amounts in base are rounded cumulatively, so that the parts of a document always sum to the rounded whole.
create function ledger_number(p_prefix text, p_year int, p_no bigint) returns text language sql immutable as $$
  select p_prefix || '-' || p_year || '-' || lpad(p_no::text, greatest(6, length(p_no::text)), '0')
$$;

create function ledger_take_numbers(p_company bigint) returns void language plpgsql as $$
begin
  with wanted as (
    select ref, kind, extract(year from posted_on)::int as year,
           row_number() over (partition by kind, extract(year from posted_on) order by ref) as nth
      from book_document where number is null
  ), taken as (
    insert into core_numberseries as s (company_id, kind, year, prefix, last_number)
    select p_company, kind, year, ledger_prefix(kind), count(*) from wanted group by kind, year order by kind, year
    on conflict (company_id, kind, year) do update set last_number = s.last_number + excluded.last_number
    returning kind, year, prefix, last_number
  ), counted as (select kind, year, count(*) as n from wanted group by kind, year)
  update book_document b
     set series_year = w.year, series_no = t.last_number - c.n + w.nth,
         number = ledger_number(t.prefix, w.year, t.last_number - c.n + w.nth)
    from wanted w join taken t using (kind, year) join counted c using (kind, year)
   where b.ref = w.ref;
  if exists (
    select from book_document b
     cross join lateral (select d.id from ledger_document d
                          where d.company_id = p_company and d.kind = b.kind and d.number = b.number limit 1) d
     where b.series_no is not null) then
    perform ledger_skip_taken_on(p_company);
  end if;
end $$;

-- A history taken on from a system that numbers as we do holds numbers that the series has not reached. The series steps over
-- them: together they leave no gap.
create function ledger_skip_taken_on(p_company bigint) returns void language plpgsql as $$
declare batch record; last_no bigint;
begin
  for batch in
    select b.kind, b.series_year as year, s.prefix, count(*) as n, min(b.series_no) as first_no,
           (select count(*) from ledger_document d where d.company_id = p_company and d.kind = b.kind and d.series_no is null) as held
      from book_document b join core_numberseries s on s.company_id = p_company and s.kind = b.kind and s.year = b.series_year
     where b.series_no is not null group by b.kind, b.series_year, s.prefix
  loop
    with free as (
      select no, row_number() over (order by no) as nth
        from generate_series(batch.first_no, batch.first_no + batch.n + batch.held - 1) no
       where not exists (select from ledger_document d where d.company_id = p_company and d.kind = batch.kind
                           and d.number = ledger_number(batch.prefix, batch.year, no))
       order by no limit batch.n
    ), wanted as (
      select ref, row_number() over (order by ref) as nth from book_document where kind = batch.kind and series_year = batch.year
    ), written as (
      update book_document b set series_no = f.no, number = ledger_number(batch.prefix, batch.year, f.no)
        from wanted w join free f using (nth) where b.ref = w.ref
      returning b.series_no
    )
    select max(series_no) into last_no from written;
    update core_numberseries set last_number = last_no where company_id = p_company and kind = batch.kind and year = batch.year;
  end loop;
end $$;

create function ledger_prefix(p_kind text) returns text language sql immutable as $$
  select case p_kind when 'invoice' then 'INV' when 'debit_note' then 'DN' when 'credit_note' then 'CN' when 'receipt' then 'R'
    when 'refund' then 'RF' when 'discount' then 'DC' when 'write_off' then 'WO' when 'recovery' then 'RC' when 'charge' then 'LC'
    when 'bank_charge' then 'BC' when 'withholding' then 'WH' when 'bill' then 'BE' when 'netting' then 'NT' when 'transfer' then 'TR'
    when 'reschedule' then 'RS' when 'exchange' then 'EX' when 'fx' then 'FX' else 'OB' end
$$;

-- Reads what the closings take from their items: amount, and base in proportion to what is open now (all that is left
-- when the item empties).
create function ledger_price_closings(p_company bigint) returns void language plpgsql as $$
begin
  update book_closing b
     set base_amount = p.base_amount, currency = i.currency, account_id = i.account_id, customer_id = i.customer_id,
         aged_from_on = i.aged_from_on
    from (
      select ref, seq, ledger_share(open_base_amount, open_amount, upto, base_unit) - ledger_share(open_base_amount, open_amount, upto - amount, base_unit)
               as base_amount
        from (select c.ref, c.seq, c.amount, i.open_amount, i.open_base_amount, core_minor_unit(y.base_currency) as base_unit,
                     sum(c.amount) over (partition by c.item_id order by c.ref, c.seq) as upto
                from book_closing c join ledger_item i on i.id = c.item_id join core_company y on y.id = i.company_id) x) p,
         ledger_item i
   where p.ref = b.ref and p.seq = b.seq and i.id = b.item_id and i.company_id is not distinct from p_company;
  -- new items of a replacement take over the base of what they replace, in parts
  update book_item b set base_amount = p.base_amount
    from (
      select ref, line, ledger_share(closed_base, total, upto, base_unit) - ledger_share(closed_base, total, upto - amount, base_unit) as base_amount
        from (select n.ref, n.line, n.amount, c.base_amount as closed_base, core_minor_unit(y.base_currency) as base_unit,
                     sum(n.amount) over (partition by n.ref order by n.line) as upto, sum(n.amount) over (partition by n.ref) as total
                from book_item n join (select ref, sum(base_amount) as base_amount from book_closing group by ref) c using (ref),
                     core_company y where y.id = p_company) x
       where total <> 0) p
   where p.ref = b.ref and p.line = b.line and b.base_amount is null;
end $$;

-- The base of `amount` out of an open amount: all that is left when it empties. The decimals of the factor 1 make the
-- division go on until no quotient can be taken for a half that is not one (18 digits by 18 digits).
create function ledger_share(p_open_base numeric, p_open numeric, p_amount numeric, p_unit int) returns numeric
language sql immutable as $$
  select case when p_open = 0 then 0 when p_amount = p_open then p_open_base else round(p_open_base * p_amount * 1.0000000000000000000000 / p_open, p_unit) end
$$;

-- Plans of these procedures are kept per session. A large batch after small ones needs plans of its own: fresh
-- statistics on the staging tables discard the kept ones.
create function ledger_plan_afresh(p_tables text[]) returns void language plpgsql as $$
declare name text;
begin
  foreach name in array p_tables loop
    execute format('analyze %I', name);
  end loop;
end $$;

create function ledger_post_staged(p_company bigint, p_actor bigint, p_verb text, p_key text) returns bigint
language plpgsql as $$
declare taken bigint; base_unit int;
begin
  if (select count(*) from book_document) > 200 then
    perform ledger_plan_afresh(array['book_document', 'book_item', 'book_line', 'book_closing']);
  end if;
  perform ledger_lock(p_company, (select array_agg(distinct posted_on) from book_document), '{}', (select array_agg(item_id) from book_closing));
  if exists (select from book_closing) then
    perform ledger_price_closings(p_company);
  end if;
  if exists (select from book_document where number is null) then
    perform ledger_take_numbers(p_company);
  end if;
  select core_minor_unit(base_currency) into base_unit from core_company where id = p_company;
  taken := ledger_posting_of(p_company, p_actor, p_verb, p_key);
  with new_items as materialized (
    select i.id, i.ref, d.id as document_id, i.line, i.account_id, i.customer_id, coalesce(i.currency, d.currency) as currency, i.amount,
           coalesce(i.base_amount, round(sum(i.amount) over w * d.rate, base_unit) - round((sum(i.amount) over w - i.amount) * d.rate, base_unit)) as base,
           d.posted_on, d.document_on, i.due_on, coalesce(i.original_due_on, i.due_on) as original_due_on,
           coalesce(i.aged_from_on, i.due_on) as aged_from_on, i.origin_item_id, count(*) over (partition by i.ref) as n
      from book_item i join book_document d using (ref)
    window w as (partition by i.ref order by i.line)
  ), new_closings as materialized (
    select c.*, d.id as document_id, d.posted_on, row_number() over w as nth, count(*) over (partition by c.ref) as n
      from book_closing c join book_document d using (ref)
    window w as (partition by c.ref order by c.seq)
  ), new_lines as materialized (
    select l.ref, d.id as document_id, l.account_id, d.currency, l.amount,
           coalesce(l.base_amount, round(sum(l.amount) over w * d.rate, base_unit) - round((sum(l.amount) over w - l.amount) * d.rate, base_unit)) as base,
           d.posted_on, l.tax_code, row_number() over w as nth, count(*) over (partition by l.ref) as n
      from book_line l join book_document d using (ref)
    window w as (partition by l.ref order by l.line)
  ), counts as (
    select d.ref, coalesce(i.n, 0) as items, coalesce(c.n, 0) as closings, coalesce(l.n, 0) as lines, coalesce(i.base, 0) as base_total
      from book_document d
      left join (select ref, count(*) as n, sum(base) as base from new_items group by ref) i using (ref)
      left join (select ref, count(*) as n from book_closing group by ref) c using (ref)
      left join (select ref, count(*) as n from book_line group by ref) l using (ref)
  ), documents as (
    insert into ledger_document (id, company_id, position, kind, number, series_year, series_no, customer_id, currency, rate, total,
      base_total, document_on, posted_on, item_count, line_count, reverses_id, reason_code, text_digest)
    select d.id, p_company, taken, d.kind, d.number, d.series_year, d.series_no, d.customer_id, d.currency, d.rate, d.total,
           n.base_total, d.document_on, d.posted_on, n.items, n.items + n.closings + n.lines, d.reverses_id, coalesce(d.reason_code, ''),
           sha256(d.salt || convert_to(coalesce(d.reference, '') || chr(10) || coalesce(d.memo, ''), 'UTF8'))
      from book_document d join counts n using (ref)
  ), texts as (
    insert into ledger_documenttext (document_id, company_id, reference, memo, salt)
    select id, p_company, coalesce(reference, ''), coalesce(memo, ''), salt from book_document where salt is not null
  ), items as (
    insert into ledger_item (id, company_id, position, document_id, line, account_id, customer_id, currency, amount, base_amount, posted_on,
      document_on, due_on, original_due_on, aged_from_on, origin_item_id, open_amount, open_base_amount, first_effective_on,
      last_effective_on, last_position)
    select id, p_company, taken, document_id, line, account_id, customer_id, currency, amount, base, posted_on, document_on, due_on,
           original_due_on, aged_from_on, origin_item_id, amount, base, date '9999-12-31', posted_on, taken
      from new_items
  ), entries as (
    insert into ledger_entry (company_id, position, document_id, item_id, currency, amount, base_amount, effective_on, customer_id,
      account_id, aged_from_on)
    select p_company, taken, document_id, item_id, currency, -amount, -base_amount, posted_on, customer_id, account_id, aged_from_on from new_closings
  )
  -- the control line of each item, of each closing, then the contra lines
  insert into ledger_journalline (company_id, position, document_id, line, account_id, item_id, customer_id, currency, amount, base_amount,
    posted_on, tax_code)
  select p_company, taken, document_id, line, account_id, id, customer_id, currency, amount, base, posted_on, '' from new_items
  union all
  select p_company, taken, document_id, s.items + nth, account_id, item_id, customer_id, currency, -amount, -base_amount, posted_on, ''
    from new_closings join counts s using (ref)
  union all
  select p_company, taken, document_id, s.items + s.closings + nth, account_id, null, null, currency, amount, base, posted_on, coalesce(tax_code, '')
    from new_lines join counts s using (ref);
  return taken;
end $$;
