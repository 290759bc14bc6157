-- No day belongs to two periods of one company. Both sides are ranges, so that no extension is
-- needed to compare the company inside a GiST index.
alter table core_period add constraint core_period_no_overlap exclude using gist (
    int8range(company_id, company_id, '[]') with &&,
    daterange(starts_on, ends_on, '[]') with &&
);

alter table core_periodexception add constraint core_periodexception_period_fk
    foreign key (company_id, period_id) references core_period (company_id, id);
