-- A row of one company cannot point at a row of another.
alter table outbox_attachment
    add constraint outbox_attachment_message_fk
        foreign key (company_id, message_id) references outbox_message (company_id, id) on delete cascade,
    add constraint outbox_attachment_file_fk
        foreign key (company_id, file_id) references core_storedfile (company_id, id);
alter table outbox_attempt add constraint outbox_attempt_message_fk
    foreign key (company_id, message_id) references outbox_message (company_id, id) on delete cascade;
