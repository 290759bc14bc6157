-- A row of one company cannot point at a row of another.
alter table statements_statement
    add constraint statements_statement_customer_fk
        foreign key (company_id, customer_id) references customers_customer (company_id, id),
    add constraint statements_statement_run_fk
        foreign key (company_id, run_id) references statements_statementrun (company_id, id),
    add constraint statements_statement_file_fk
        foreign key (company_id, file_id) references core_storedfile (company_id, id);
alter table statements_statementbalance add constraint statements_balance_statement_fk
    foreign key (company_id, statement_id) references statements_statement (company_id, id);
alter table statements_statementline add constraint statements_line_statement_fk
    foreign key (company_id, statement_id) references statements_statement (company_id, id);
alter table statements_statementskipped
    add constraint statements_skipped_run_fk
        foreign key (company_id, run_id) references statements_statementrun (company_id, id),
    add constraint statements_skipped_customer_fk
        foreign key (company_id, customer_id) references customers_customer (company_id, id);
