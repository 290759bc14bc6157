-- An explanation is of a period of its own company, and is never changed or taken back.
alter table core_closeexplanation add constraint core_closeexplanation_period_fk
    foreign key (company_id, period_id) references core_period (company_id, id);
revoke update, delete, truncate on core_closeexplanation from arap_app;
