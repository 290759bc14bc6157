-- A row of one company cannot point at a row of another.
alter table desk_import
    add constraint desk_import_file_fk
        foreign key (company_id, file_id) references core_storedfile (company_id, id),
    add constraint desk_import_trial_fk
        foreign key (company_id, trial_id) references core_job (company_id, id),
    add constraint desk_import_run_fk
        foreign key (company_id, run_id) references core_job (company_id, id);
alter table desk_importline add constraint desk_importline_job_fk
    foreign key (company_id, job_id) references core_job (company_id, id) on delete cascade;
