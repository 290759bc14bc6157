-- Names that are much like another one, without reading every name.
create index customers_customer_nearness on customers_customer using gin (name_key gin_trgm_ops) where name_key <> '';
