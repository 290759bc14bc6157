-- Two characters have no trigram, and a Chinese name is often looked for by two: the pairs of neighbouring characters of
-- what is searched have an index of their own. searching.py spells the expressions once more.
create function customers_pairs(said text) returns text[]
language sql immutable strict parallel safe as $$
    select coalesce(array_agg(distinct substr(said, at, 2)), '{}') from generate_series(1, length(said) - 1) at
$$;
create index customers_customer_pairs on customers_customer using gin (customers_pairs(
    lower(code || ' ' || name || ' ' || name_local || ' ' || tax_id || ' ' || initials || ' ' || phone)));
create index customers_contact_pairs on customers_contact using gin (customers_pairs(
    lower(name || ' ' || email || ' ' || phone)));
