-- The real foreign keys: company first, so that another company's row, another currency or another
-- posting is a key violation and not a missing "if".
alter table ledger_posting
  add column made_by xid8 not null default pg_current_xact_id();

alter table ledger_document
  add constraint ledger_document_posting foreign key (company_id, position) references ledger_posting (company_id, position),
  add constraint ledger_document_customer_fk foreign key (company_id, customer_id) references customers_customer (company_id, id),
  add constraint ledger_document_reverses_fk foreign key (reverses_id) references ledger_document (id);

alter table ledger_documenttext
  add constraint ledger_text_document foreign key (document_id) references ledger_document (id);

alter table ledger_item
  add constraint ledger_item_document foreign key (company_id, document_id, position) references ledger_document (company_id, id, position),
  add constraint ledger_item_account foreign key (company_id, account_id) references ledger_account (company_id, id),
  add constraint ledger_item_customer_fk foreign key (company_id, customer_id) references customers_customer (company_id, id),
  add constraint ledger_item_origin foreign key (company_id, origin_item_id, currency) references ledger_item (company_id, id, currency);

alter table ledger_application
  add constraint ledger_application_posting foreign key (company_id, position) references ledger_posting (company_id, position),
  add constraint ledger_application_undoes foreign key (undoes_id) references ledger_application (id);

alter table ledger_entry
  add constraint ledger_entry_application_fk foreign key (company_id, application_id, position) references ledger_application (company_id, id, position),
  add constraint ledger_entry_document_fk foreign key (company_id, document_id, position) references ledger_document (company_id, id, position),
  add constraint ledger_entry_item_fk foreign key (company_id, item_id, currency) references ledger_item (company_id, id, currency),
  add constraint ledger_entry_counter foreign key (company_id, counter_item_id, currency) references ledger_item (company_id, id, currency),
  add constraint ledger_entry_reverses foreign key (reverses_id) references ledger_entry (id);

alter table ledger_journalline
  add constraint ledger_line_document_fk foreign key (company_id, document_id, position) references ledger_document (company_id, id, position),
  add constraint ledger_line_application_fk foreign key (company_id, application_id, position) references ledger_application (company_id, id, position),
  add constraint ledger_line_account_fk foreign key (company_id, account_id) references ledger_account (company_id, id);
