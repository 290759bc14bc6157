-- A Chinese name is often looked for by two characters, which have no trigram.
create index receipts_receipt_payer_pairs on receipts_receipt using gin (customers_pairs(lower(payer_name)));
