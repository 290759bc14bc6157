-- An item's days from posting to its last movement, rounded up to a power of two; 32767 while it is open. Settled items
-- of one span that were open on a date must have been posted less than a span before it: that bounds every as-of search.
create function ledger_open_span(p_posted_on date, p_last_on date, p_open numeric) returns smallint
language sql immutable parallel safe as $$
  select (case when p_open <> 0 then 32767
    when p_last_on - p_posted_on < 8 then 8 when p_last_on - p_posted_on < 16 then 16 when p_last_on - p_posted_on < 32 then 32
    when p_last_on - p_posted_on < 64 then 64 when p_last_on - p_posted_on < 128 then 128 when p_last_on - p_posted_on < 256 then 256
    when p_last_on - p_posted_on < 512 then 512 when p_last_on - p_posted_on < 1024 then 1024 else 32000 end)::smallint
$$;
